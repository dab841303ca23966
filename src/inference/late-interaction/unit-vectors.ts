import type { Directions, LateJob, TokenVectors } from "../protocol.js";

/** The largest number of a document's vector: it fits a byte. */
const LARGEST_OF_DOCUMENTS = 127;

/** The largest number of a query's vector. In 8,000 dimensions a dot product with a document's vector still fits 32 bits. */
const LARGEST_OF_QUERIES = 2047;

type Role = LateJob["role"];

/**
 * The directions of the vectors of a text's tokens.
 *
 * @param vectors One after the other.
 * @param skipped Ids of tokens whose vectors do not count.
 * @throws Error if a number is NaN or infinite.
 */
export function tokenDirections(
  role: Role,
  vectors: Float32Array,
  dimension: number,
  ids: readonly number[],
  skipped: ReadonlySet<number>,
): Directions {
  const counted = ids.flatMap((id, position) => (skipped.has(id) ? [] : [position]));
  const rows = new Float32Array(counted.length * dimension);
  for (const [row, position] of counted.entries())
    rows.set(vectors.subarray(position * dimension, (position + 1) * dimension), row * dimension);
  return directions(role, rows, dimension);
}

/** The direction of one row of the pooled output. */
export function wholeDirection(
  role: Role,
  { values, dimension }: { values: Float32Array; dimension: number },
  row: number,
): Directions {
  return directions(role, values.subarray(row * dimension, (row + 1) * dimension), dimension);
}

/**
 * Keeps the directions of vectors, which is all that a cosine needs: each vector is multiplied so that its largest number is as large as the
 * type allows, and rounded. A zero vector stays zero.
 *
 * In 128 dimensions the cosine of two vectors changes by about 0.0006, less than 8-bit weights change it. New vectors are rounded too, so
 * that a score does not depend on whether the vectors were cached.
 *
 * @param vectors One after the other.
 * @throws Error if a number is NaN or infinite.
 */
export function directions(role: Role, vectors: Float32Array, dimension: number): Directions {
  const isQuery = role === "query";
  const rounded = isQuery ? new Int16Array(vectors.length) : new Int8Array(vectors.length);
  const most = isQuery ? LARGEST_OF_QUERIES : LARGEST_OF_DOCUMENTS;
  for (let from = 0; from < vectors.length; from += dimension) {
    let largest = 0;
    let sum = 0;
    for (let i = from; i < from + dimension; i++) {
      const size = Math.abs(vectors[i]!);
      sum += size;
      if (size > largest) largest = size;
    }
    if (!Number.isFinite(sum)) throw new Error("the model's vectors contain NaN or infinity");
    if (largest === 0) continue;
    const factor = most / largest;
    for (let i = from; i < from + dimension; i++) rounded[i] = Math.round(vectors[i]! * factor);
  }
  return rounded;
}

/** The length of each vector; 1 for zero vectors, by which a dot product can be divided too. */
export function lengthsOf(vectors: Directions, dimension: number): Float32Array {
  return Float32Array.from({ length: vectors.length / dimension }, (_, row) => {
    let squares = 0;
    for (let i = row * dimension; i < (row + 1) * dimension; i++) squares += vectors[i]! * vectors[i]!;
    return squares > 0 ? Math.sqrt(squares) : 1;
  });
}

/** The cosine of two vectors; 0 if one of them is zero. */
export function cosine(a: Directions, b: Directions): number {
  let product = 0;
  for (let i = 0; i < a.length; i++) product += a[i]! * b[i]!;
  return product / (lengthsOf(a, a.length)[0]! * lengthsOf(b, b.length)[0]!);
}

/** A query's vectors, ready to be compared with many documents. */
export interface QueryMatrix {
  tokens: number;
  dimension: number;
  /** Token by token. */
  values: Directions;
  /** The length of each token's vector. */
  lengths: Float32Array;
}

/** Reads an encoded query. */
export function queryMatrix({ dimension, passages }: TokenVectors): QueryMatrix {
  const values = passages[0]?.values ?? new Int16Array();
  return { tokens: values.length / dimension, dimension, values, lengths: lengthsOf(values, dimension) };
}
