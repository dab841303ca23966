import { describe, InvalidInputError } from "../../errors.js";
import { checkText } from "../../options.js";
import type { TextSpan } from "../../text-span.js";
import type { PartedText } from "../relevance-scorer.js";

/**
 * Parts that overlap or lie outside of their text would have the scores of other tokens, so they are refused.
 *
 * @throws InvalidInputError unless every text is a string with parts that are not empty and lie inside it, in order and not overlapping.
 */
export function checkPartedTexts(texts: unknown): asserts texts is readonly PartedText[] {
  if (!Array.isArray(texts))
    throw new InvalidInputError("texts", `expected an array of { text, parts }, got ${describe(texts)}.`);
  // Unlike forEach, this visits the holes of a sparse array.
  for (const [index, each] of (texts as (Partial<PartedText> | null | undefined)[]).entries()) {
    const input = `texts[${index}]`;
    if (typeof each !== "object" || each === null)
      throw new InvalidInputError(input, `expected { text, parts }, got ${describe(each)}.`);
    const { text, parts } = each;
    checkText(text, `${input}.text`);
    if (!Array.isArray(parts))
      throw new InvalidInputError(`${input}.parts`, `expected an array of { start, end }, got ${describe(parts)}.`);
    checkParts(text, parts, `${input}.parts`);
  }
}

function checkParts(text: string, parts: readonly (Partial<TextSpan> | null | undefined)[], input: string): void {
  let last = 0;
  for (const [index, part] of parts.entries()) {
    const [start, end] = [part?.start, part?.end];
    const where = `${input}[${index}]`;
    if (!isOffset(start) || !isOffset(end) || start >= end || end > text.length) {
      const range = `0 ≤ start < end ≤ ${text.length}, the length of the text`;
      throw new InvalidInputError(where, `expected integers with ${range}, got { start: ${start}, end: ${end} }.`);
    }
    if (start < last) {
      const problem = `it starts at ${start}, before the end of the part before it, ${last}. Pass parts in order and without overlap.`;
      throw new InvalidInputError(where, problem);
    }
    last = end;
  }
}

function isOffset(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}
