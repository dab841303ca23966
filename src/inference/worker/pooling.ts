import type { Pooling } from "../../models/types.js";

/** Reads one vector out of a sequence's token vectors, which start at `offset`. */
type Pool = (values: Float32Array, offset: number, length: number, dimension: number) => Float32Array;

/** Ways of pooling; `length` counts real tokens, never padding. */
export const POOLINGS: Record<Pooling, Pool> = {
  mean: (values, offset, length, dimension) => {
    const sums = new Float64Array(dimension);
    for (let token = 0; token < length; token++) {
      const start = offset + token * dimension;
      for (let i = 0; i < dimension; i++) sums[i]! += values[start + i]!;
    }
    return Float32Array.from(sums, (sum) => sum / Math.max(length, 1));
  },
  cls: (values, offset, _, dimension) => values.slice(offset, offset + dimension),
  last: (values, offset, length, dimension) => {
    const start = offset + (length - 1) * dimension;
    return values.slice(start, start + dimension);
  },
};

/** The vector at length 1, in place; a zero vector stays zero. */
export function normalizeVector(vector: Float32Array): Float32Array {
  let square = 0;
  for (const value of vector) square += value * value;
  const norm = Math.sqrt(square);
  if (norm > 0) for (let i = 0; i < vector.length; i++) vector[i]! /= norm;
  return vector;
}
