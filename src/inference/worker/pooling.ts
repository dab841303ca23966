import type { Pooling } from "../../models/types.js";

/** Combines a sequence's token vectors, which start at `offset`, into one vector. `length` counts tokens without padding. */
type Pool = (values: Float32Array, offset: number, length: number, dimension: number) => Float32Array;

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

/** Scales a vector to length 1 in place. A zero vector is left unchanged. */
export function normalizeVector(vector: Float32Array): Float32Array {
  let square = 0;
  for (const value of vector) square += value * value;
  const norm = Math.sqrt(square);
  if (norm > 0) for (let i = 0; i < vector.length; i++) vector[i]! /= norm;
  return vector;
}
