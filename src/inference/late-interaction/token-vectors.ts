import type { PassageVectors } from "../protocol.js";
import type { Encoded } from "../tokenizer/sequences.js";
import { toHalves } from "./half-precision.js";

/**
 * The vectors of one sequence of a batch, scaled to length 1 and converted to half precision. A zero vector stays zero and scores 0 with every
 * vector.
 *
 * Half precision changes the cosine of two unit vectors by less than 0.0005, much less than 8-bit weights do, and halves the size of the cache.
 * New vectors are rounded too, so that a score does not depend on whether the vectors were cached.
 *
 * @param skipped Ids of tokens whose vectors do not count.
 * @throws Error if a vector contains NaN or infinity.
 */
export function readTokenVectors(
  values: Float32Array,
  offset: number,
  dimension: number,
  { ids }: Encoded,
  skipped: ReadonlySet<number>,
): PassageVectors["values"] {
  const counted = ids.flatMap((id, position) => (skipped.has(id) ? [] : [position]));
  const unit = new Float32Array(counted.length * dimension);
  counted.forEach((position, row) => {
    const start = offset + position * dimension;
    let square = 0;
    for (let i = 0; i < dimension; i++) square += values[start + i]! * values[start + i]!;
    if (!Number.isFinite(square)) throw new Error("the model's token vectors contain NaN or infinity");
    const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
    for (let i = 0; i < dimension; i++) unit[row * dimension + i] = values[start + i]! * scale;
  });
  return toHalves(unit);
}
