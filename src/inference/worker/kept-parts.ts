import type { TextSpan } from "../../text-span.js";
import { partRows, type Rows, tokenEnds } from "../late-interaction/compare-parts.js";
import type { KeptPart, PartedText } from "../protocol.js";
import { countSpecials, type Encoded, type TemplatePart } from "../tokenizer/sequences.js";
import type { Item } from "./work.js";

/** A sequence with the parts of its text, for models that say which tokens to keep. */
export interface PartedItem extends Item {
  /** Each part in the whole text, and the tokens of the sequence that it has. */
  parts?: readonly { span: TextSpan; rows: Rows }[];
}

/** Number of tokens of a pair before those of its document. */
export function tokensBeforeDocument(template: readonly TemplatePart[], queryTokens: number): number {
  const document = template.findIndex((part) => "text" in part && part.text === "B");
  return countSpecials(template.slice(0, document)) + queryTokens;
}

/** A stretch of a text, and the parts of the text that are in it, some perhaps only in part. */
export interface Stretch {
  span: TextSpan;
  parts: readonly TextSpan[];
}

/** A stretch with those of the parts that are in it. */
export function stretchOf(parts: readonly TextSpan[], span: TextSpan): Stretch {
  return { span, parts: parts.filter(({ start, end }) => start < span.end && span.start < end) };
}

/** Cuts a text in parts into stretches of whole parts that fit the model, as OpenProvence does. A part that is too long is alone. */
export function cutStretches(
  { text, parts }: PartedText,
  room: number,
  countTokens: (piece: string) => number,
): Stretch[] {
  const stretches: { span: TextSpan; parts: TextSpan[] }[] = [];
  let tokens = 0;
  for (const part of parts) {
    const last = stretches.at(-1);
    const more = countTokens(text.slice(last?.span.end ?? part.start, part.end));
    if (last && tokens + more <= room) {
      last.parts.push(part);
      last.span.end = part.end;
      tokens += more;
    } else {
      stretches.push({ span: { ...part }, parts: [part] });
      tokens = more;
    }
  }
  return stretches;
}

/**
 * Finds the tokens of each part of a stretch. Parts that were truncated away have none.
 *
 * @param text The stretch.
 * @param lead Number of tokens of the sequence before those of the stretch.
 * @param total Number of tokens of the stretch that are in the sequence.
 */
export function tokenizeParts(
  text: string,
  { span, parts }: Stretch,
  encoded: Encoded,
  { lead, total }: { lead: number; total: number },
  countTokens: (piece: string) => number,
): NonNullable<PartedItem["parts"]> {
  const own = parts.map(({ start, end }) => ({
    start: Math.max(0, start - span.start),
    end: Math.min(text.length, end - span.start),
  }));
  const ends = tokenEnds(text, own, total, encoded.truncated, countTokens);
  const rows = partRows(encoded, lead, ends, NONE);
  return parts.map((part, index) => ({ span: part, rows: rows[index]! }));
}

const NONE: ReadonlySet<number> = new Set();

/**
 * The mean probability of each part's tokens to be kept.
 *
 * @param keep Probabilities of a batch's tokens; those of the sequence begin at `first`.
 * @throws Error if a probability is not a number.
 */
export function readParts(parts: NonNullable<PartedItem["parts"]>, keep: Float32Array, first: number): KeptPart[] {
  return parts.map(({ span: { start, end }, rows: [from, to] }) => {
    let sum = 0;
    for (let row = from; row < to; row++) sum += keep[first + row]!;
    if (!Number.isFinite(sum)) throw new Error("the model's probabilities to keep a token contain NaN");
    return { start, end, score: to > from ? sum / (to - from) : 0, tokens: to - from };
  });
}

/** Joins the parts of two stretches of a text. Of a part that is in both, the result where more of it was read. */
export function joinParts(a: readonly KeptPart[], b: readonly KeptPart[]): KeptPart[] {
  const best = new Map<number, KeptPart>();
  for (const part of [...a, ...b]) {
    const known = best.get(part.start);
    if (!known || known.tokens < part.tokens) best.set(part.start, part);
  }
  return [...best.values()].sort((one, other) => one.start - other.start);
}
