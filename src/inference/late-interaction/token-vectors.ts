import type { PassageVectors } from "../protocol.js";
import type { Encoded } from "../tokenizer/pair-encoding.js";
import { toHalves } from "./half-precision.js";

/**
 * The vectors of one sequence out of a batch's output, brought to length 1 and to half precision. A zero vector stays zero, so that it
 * scores 0 with everything.
 *
 * Half precision moves a cosine of two unit vectors by less than 0.0005, far less than the 8-bit files that produce them, and halves what is
 * kept. Vectors that were just computed are rounded too: a score does not depend on whether they were kept.
 *
 * @param skipped Ids of tokens whose vectors do not count.
 * @throws Error when the model gave something that is no number.
 */
export function readTokenVectors(
  values: Float32Array,
  offset: number,
  dimension: number,
  { ids }: Encoded,
  skipped: ReadonlySet<number>,
): PassageVectors["values"] {
  const kept = skipped.size === 0 ? ids.map((_, place) => place) : placesKept(ids, skipped);
  const unit = new Float32Array(kept.length * dimension);
  kept.forEach((place, row) => {
    const start = offset + place * dimension;
    let square = 0;
    for (let i = 0; i < dimension; i++) square += values[start + i]! * values[start + i]!;
    if (!Number.isFinite(square)) throw new Error("the model gave token vectors that are no numbers");
    const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
    for (let i = 0; i < dimension; i++) unit[row * dimension + i] = values[start + i]! * scale;
  });
  return toHalves(unit);
}

function placesKept(ids: readonly number[], skipped: ReadonlySet<number>): number[] {
  return ids.flatMap((id, place) => (skipped.has(id) ? [] : [place]));
}
