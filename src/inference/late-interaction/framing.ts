import { countSpecials, type Encoded, encodeSequence, type TemplatePart } from "../tokenizer/sequences.js";
import type { LateFraming } from "./format.js";

/** A template with a marker after its first special token, where ColBERT and PyLate put it. */
export function withMarker(template: readonly TemplatePart[], marker: readonly number[]): TemplatePart[] {
  if (marker.length === 0) return [...template];
  const [first, ...rest] = template;
  if (!first || !("ids" in first)) return [{ ids: marker, type: 0 }, ...template];
  return [{ ids: [first.ids[0]!, ...marker, ...first.ids.slice(1)], type: first.type }, ...rest];
}

/** Maximum number of tokens of a single text in a template. */
export function textRoom(template: readonly TemplatePart[], length: number): number {
  return Math.max(0, length - countSpecials(template));
}

/** Number of tokens of a template before its text. */
export function leadingTokens(template: readonly TemplatePart[]): number {
  const text = template.findIndex((part) => "text" in part);
  return countSpecials(template.slice(0, text));
}

/**
 * Puts the tokens of a query into its template, as far as they fit, and fills up to the length for models that expand queries.
 *
 * @param truncated Whether the tokens are only a part of the query.
 */
export function frameQuery(
  template: readonly TemplatePart[],
  length: number,
  { ids, truncated }: { ids: readonly number[]; truncated: boolean },
  { fill, attendToFill }: LateFraming,
): Encoded {
  const encoded = { ...encodeSequence(template, length, ids), truncated };
  if (fill === undefined) return encoded;
  const missing = Math.max(0, length - encoded.ids.length);
  return {
    ...encoded,
    ids: [...encoded.ids, ...new Array<number>(missing).fill(fill)],
    types: [...encoded.types, ...new Array<number>(missing).fill(0)],
    ...(attendToFill ? {} : { unattended: missing }),
  };
}
