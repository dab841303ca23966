import { bestCosines, type Directions, LOWEST_SIMILARITY, type QueryMatrix } from "../../kernel/max-sim.js";
import type { TextSpan } from "../../text-span.js";
import type { PartResult } from "../protocol.js";
import type { Encoded } from "../tokenizer/sequences.js";

/** Where the tokens of a text's parts are among its vectors: the first one's index, and the index after the last one. */
export type Rows = readonly [from: number, to: number];

/**
 * Finds the vectors of each part. A token that two parts share counts for the later one, and white space for the part after it.
 *
 * @param parts In order, not overlapping.
 * @param lead Number of tokens before the text.
 * @param ends Number of tokens of the text up to the end of each part, from {@link tokenEnds}.
 * @param skipped Ids of tokens without a vector.
 */
export function partRows(
  encoded: Encoded,
  lead: number,
  ends: readonly number[],
  skipped: ReadonlySet<number>,
): Rows[] {
  // Special tokens at the end belong to no part.
  const rowsBefore = new Uint32Array(encoded.ids.length + 1);
  encoded.ids.forEach((id, position) => {
    rowsBefore[position + 1] = rowsBefore[position]! + (skipped.has(id) ? 0 : 1);
  });
  const at = (tokens: number) => rowsBefore[Math.min(lead + tokens, encoded.ids.length)]!;
  return ends.map((end, index) => [at(index === 0 ? 0 : ends[index - 1]!), at(end)]);
}

/**
 * Number of tokens of a text up to the end of each part. The stretches between the ends are tokenized alone, which is the same as in the
 * text for nearly all tokenizers; where it is not, the beginnings of the text are tokenized instead.
 *
 * @param total Number of tokens of the text, or of its beginning if that was truncated.
 */
export function tokenEnds(
  text: string,
  parts: readonly TextSpan[],
  total: number,
  truncated: boolean,
  countTokens: (piece: string) => number,
): number[] {
  let tokens = 0;
  let from = 0;
  const ends = parts.map(({ end }) => {
    tokens += countTokens(text.slice(from, end));
    from = end;
    return tokens;
  });
  if (truncated || tokens + countTokens(text.slice(from)) === total) return ends.map((end) => Math.min(end, total));
  return parts.map(({ end }) => Math.min(total, countTokens(text.slice(0, end))));
}

/**
 * Share of the sentence before in a part's similarity: a part often relies on the one before it to say what it is about. Chosen on questions
 * about SQuAD's training paragraphs.
 */
const BEFORE = 0.5;

/**
 * Compares each part with a query: by its own tokens, and by those together with the tokens of the part before it.
 *
 * @param counted The query's rows that count: those of its text, without special tokens.
 */
export function comparePartsWith(
  matrix: QueryMatrix,
  values: Directions,
  rows: readonly Rows[],
  counted: Rows,
): PartResult[] {
  const { dimension } = matrix;
  const cosines = rows.map(([from, to]) =>
    to > from ? Float32Array.from(bestCosines(matrix, values.subarray(from * dimension, to * dimension))) : NO_TOKENS,
  );
  return cosines.map((own, index) => {
    const before = cosines[index - 1] ?? NO_TOKENS;
    const together = before.length > 0 ? own.map((cosine, token) => Math.max(cosine, before[token]!)) : own;
    return { similarity: (1 - BEFORE) * meanOf(own, counted) + BEFORE * meanOf(together, counted), cosines: own };
  });
}

const NO_TOKENS = new Float32Array();

/** A part without tokens has the lowest similarity. */
function meanOf(cosines: Float32Array, [from, to]: Rows): number {
  if (cosines.length === 0 || to <= from) return LOWEST_SIMILARITY;
  return cosines.subarray(from, to).reduce((sum, cosine) => sum + cosine, 0) / (to - from);
}
