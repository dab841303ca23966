/** Smallest normal number of binary16, as the bits of a 32-bit float. */
const SMALLEST_NORMAL = 0x38800000;

/** Rounding up from here gives infinity: 65520, as the bits of a 32-bit float. */
const OVERFLOW = 0x477ff000;

/** Difference of the exponents' biases, 127 − 15, where a 32-bit float has its exponent. */
const REBIAS = 112 << 23;

/**
 * What {@link spreadHalves} gives is too small by this factor. Multiplying by it on the other side of a product costs nothing.
 */
export const SPREAD_SCALE = 2 ** 112;

/** 32-bit floats to IEEE 754 binary16, rounded to the nearest, ties to even. */
export function toHalves(floats: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
  const halves = new Uint16Array(floats.length);
  for (let i = 0; i < bits.length; i++) {
    const sign = (bits[i]! >>> 16) & 0x8000;
    const size = bits[i]! & 0x7fffffff;
    if (size >= OVERFLOW) halves[i] = sign | (size > 0x7f800000 ? 0x7e00 : 0x7c00);
    else if (size < SMALLEST_NORMAL) halves[i] = sign | roundToEven(Math.abs(floats[i]!) * 2 ** 24);
    else halves[i] = sign | ((size - REBIAS + 0xfff + ((size >>> 13) & 1)) >>> 13);
  }
  return halves;
}

/** Whole number nearest to a small positive one; of two the even one. */
function roundToEven(value: number): number {
  return value + 2 ** 52 - 2 ** 52;
}

/**
 * Finite binary16 numbers as 32-bit floats divided by {@link SPREAD_SCALE}: sign, exponent and fraction only move to their places, which is
 * exact, holds for the smallest numbers too, and takes no table.
 *
 * @param into The bits of the floats; read them through a `Float32Array` over the same memory.
 */
export function spreadHalves(halves: Uint16Array, from: number, into: Int32Array): void {
  for (let i = 0; i < into.length; i++) {
    const half = halves[from + i]!;
    into[i] = ((half & 0x8000) << 16) | ((half & 0x7fff) << 13);
  }
}
