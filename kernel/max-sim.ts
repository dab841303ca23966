/**
 * The inner loops of MaxSim in WebAssembly SIMD. AssemblyScript: `node scripts/build/kernel.js` compiles this file into
 * `src/kernel/kernel-bytes.ts`. The caller lays out the memory; all pointers are multiples of 16. Vectors have a multiple of 8 numbers, and the
 * query has a multiple of 4 tokens, the last of which may be zero vectors.
 */

// @ts-expect-error: decorator
@inline
function total(lanes: v128): f32 {
  return (
    f32x4.extract_lane(lanes, 0) + f32x4.extract_lane(lanes, 1) + (f32x4.extract_lane(lanes, 2) + f32x4.extract_lane(lanes, 3))
  );
}

/** The sums of the lanes of four vectors of integers. */
// @ts-expect-error: decorator
@inline
function totals(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
  const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7));
  return i32x4.add(v128.shuffle<i32>(ab, cd, 0, 1, 4, 5), v128.shuffle<i32>(ab, cd, 2, 3, 6, 7));
}

/** Widens one vector from bytes to 16 bits. Returns its length, or 1 for a zero vector. */
// @ts-expect-error: decorator
@inline
function widen(bytes: usize, dimensions: i32, into: usize): f32 {
  let squares = i32x4.splat(0);
  for (let i = 0; i < dimensions; i += 8) {
    const values = v128.load_ext<i8>(bytes + i);
    squares = i32x4.add(squares, i32x4.dot_i16x8_s(values, values));
    v128.store(into + (i << 1), values);
  }
  const length = sqrt<f32>(total(f32x4.convert_i32x4_s(squares)));
  return length > 0 ? length : 1;
}

/**
 * For every token of the query, the largest dot product with a token of the document that is scaled to length 1. Two vectors of the document
 * meet four of the query at a time, so that each number is loaded once for several products. Sums of products are exact.
 *
 * @param query Numbers of 16 bits, token by token, small enough that the sum of `dimensions` products with bytes fits 32 bits.
 * @param document Bytes, one vector after the other.
 * @param scratch Room for two vectors of 16 bits.
 * @param best One float per token of the query: the result.
 */
export function maxSimBytes(
  query: usize,
  tokens: i32,
  dimensions: i32,
  document: usize,
  vectors: i32,
  scratch: usize,
  best: usize,
): void {
  for (let token = 0; token < tokens; token++) store<f32>(best + (token << 2), -f32.MAX_VALUE);
  const bytes = dimensions << 1;
  const second = scratch + bytes;
  for (let vector = 0; vector < vectors; vector += 2) {
    // The last vector of an odd number is compared twice.
    const other = vector + 1 < vectors ? vector + 1 : vector;
    const aLength = f32x4.splat(widen(document + vector * dimensions, dimensions, scratch));
    const bLength = f32x4.splat(widen(document + other * dimensions, dimensions, second));
    for (let token = 0; token < tokens; token += 4) {
      let at = query + token * bytes;
      let a0 = i32x4.splat(0), a1 = i32x4.splat(0), a2 = i32x4.splat(0), a3 = i32x4.splat(0);
      let b0 = i32x4.splat(0), b1 = i32x4.splat(0), b2 = i32x4.splat(0), b3 = i32x4.splat(0);
      for (let i = 0; i < bytes; i += 16, at += 16) {
        const a = v128.load(scratch + i);
        const b = v128.load(second + i);
        const q0 = v128.load(at);
        const q1 = v128.load(at + bytes);
        const q2 = v128.load(at + 2 * bytes);
        const q3 = v128.load(at + 3 * bytes);
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(a, q0));
        b0 = i32x4.add(b0, i32x4.dot_i16x8_s(b, q0));
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(a, q1));
        b1 = i32x4.add(b1, i32x4.dot_i16x8_s(b, q1));
        a2 = i32x4.add(a2, i32x4.dot_i16x8_s(a, q2));
        b2 = i32x4.add(b2, i32x4.dot_i16x8_s(b, q2));
        a3 = i32x4.add(a3, i32x4.dot_i16x8_s(a, q3));
        b3 = i32x4.add(b3, i32x4.dot_i16x8_s(b, q3));
      }
      const into = best + (token << 2);
      const one = f32x4.div(f32x4.convert_i32x4_s(totals(a0, a1, a2, a3)), aLength);
      const two = f32x4.div(f32x4.convert_i32x4_s(totals(b0, b1, b2, b3)), bLength);
      v128.store(into, f32x4.pmax(v128.load(into), f32x4.pmax(one, two)));
    }
  }
}

/** Cosines of one row of a byte table with the tokens of a query whose numbers were multiplied by the table's scales. */
// @ts-expect-error: decorator
@inline
function rowCosines(row: usize, dimensions: i32, scales: usize, query: usize, tokens: i32, into: usize): void {
  const bytes = dimensions << 2;
  let squares = f32x4.splat(0);
  for (let i = 0; i < dimensions; i += 4) {
    const value = f32x4.mul(f32x4.convert_i32x4_s(bytesAt(row + i)), v128.load(scales + (i << 2)));
    squares = f32x4.add(squares, f32x4.mul(value, value));
  }
  const length = sqrt<f32>(total(squares));
  const factor: f32 = length > 0 ? 1 / length : 0;
  for (let token = 0; token < tokens; token += 4) {
    let at = query + token * bytes;
    let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
    for (let i = 0; i < dimensions; i += 4, at += 16) {
      const value = f32x4.convert_i32x4_s(bytesAt(row + i));
      s0 = f32x4.add(s0, f32x4.mul(value, v128.load(at)));
      s1 = f32x4.add(s1, f32x4.mul(value, v128.load(at + bytes)));
      s2 = f32x4.add(s2, f32x4.mul(value, v128.load(at + 2 * bytes)));
      s3 = f32x4.add(s3, f32x4.mul(value, v128.load(at + 3 * bytes)));
    }
    const out = into + (token << 2);
    store<f32>(out, total(s0) * factor);
    store<f32>(out + 4, total(s1) * factor);
    store<f32>(out + 8, total(s2) * factor);
    store<f32>(out + 12, total(s3) * factor);
  }
}

/** Four signed bytes as four integers. */
// @ts-expect-error: decorator
@inline
function bytesAt(at: usize): v128 {
  return i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load32_zero(at)));
}

/**
 * Adds up the rows of a text: exact sums of bytes, as 32-bit integers.
 *
 * @param rows Row numbers, 32 bits each.
 * @param sums `dimensions` integers: the result.
 */
export function sumRows(table: usize, dimensions: i32, rows: usize, count: i32, sums: usize): void {
  for (let i = 0; i < dimensions; i += 8) {
    let low = i32x4.splat(0);
    let high = i32x4.splat(0);
    for (let from = 0; from < count; from += 256) {
      // 256 signed bytes fit 16 bits.
      const end = min<i32>(count, from + 256);
      let lanes = i16x8.splat(0);
      for (let n = from; n < end; n++) {
        lanes = i16x8.add(lanes, v128.load_ext<i8>(table + load<i32>(rows + (n << 2)) * dimensions + i));
      }
      low = i32x4.add(low, i32x4.extend_low_i16x8_s(lanes));
      high = i32x4.add(high, i32x4.extend_high_i16x8_s(lanes));
    }
    v128.store(sums + (i << 2), low);
    v128.store(sums + (i << 2) + 16, high);
  }
}

/**
 * For every token of the query, the largest cosine with a row of a text. Cosines of a row are computed once per query.
 *
 * @param slots One integer per row of the table: 0, or one more than the row's position among the cosines.
 * @param cosines `tokens` floats per row that has been compared.
 * @param used Rows that have been compared before.
 * @param best `tokens` floats: the result, at least −1.
 * @returns Rows that have been compared now.
 */
export function maxSimRows(
  table: usize,
  dimensions: i32,
  scales: usize,
  query: usize,
  tokens: i32,
  rows: usize,
  count: i32,
  slots: usize,
  cosines: usize,
  used: i32,
  best: usize,
): i32 {
  const bytes = tokens << 2;
  for (let i = 0; i < bytes; i += 16) v128.store(best + i, f32x4.splat(-1));
  for (let n = 0; n < count; n++) {
    const row = load<i32>(rows + (n << 2));
    let slot = load<i32>(slots + (row << 2));
    if (slot === 0) {
      rowCosines(table + row * dimensions, dimensions, scales, query, tokens, cosines + used * bytes);
      slot = ++used;
      store<i32>(slots + (row << 2), slot);
    }
    const found = cosines + (slot - 1) * bytes;
    for (let i = 0; i < bytes; i += 16) {
      v128.store(best + i, f32x4.pmax(v128.load(best + i), v128.load(found + i)));
    }
  }
  return used;
}
