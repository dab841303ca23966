import { SPREAD_SCALE, spreadHalves, toHalves } from "./half-precision.js";

/**
 * One row of the pooled output, scaled to length 1 and converted to half precision, like token vectors. A zero vector stays zero.
 *
 * @throws Error if the vector contains NaN or infinity.
 */
export function readPooled(values: Float32Array, row: number, dimension: number): Uint16Array<ArrayBuffer> {
  const vector = values.slice(row * dimension, (row + 1) * dimension);
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  if (!Number.isFinite(length)) throw new Error("the model's pooled vectors contain NaN or infinity");
  return toHalves(length > 0 ? vector.map((value) => value / length) : vector);
}

/** Cosine of two unit vectors in half precision. */
export function cosine(a: Uint16Array, b: Uint16Array): number {
  const [one, other] = [widen(a), widen(b)];
  return one.reduce((sum, value, i) => sum + value * SPREAD_SCALE * (other[i]! * SPREAD_SCALE), 0);
}

function widen(halves: Uint16Array): Float32Array {
  const bits = new Int32Array(halves.length);
  spreadHalves(halves, 0, bits);
  return new Float32Array(bits.buffer);
}
