/** Smallest normal number of binary16, as the bits of a 32-bit float. */
const SMALLEST_NORMAL = 0x38800000;

/** From here on, rounding gives infinity: 65520, as the bits of a 32-bit float. */
const OVERFLOW = 0x477ff000;

/** The difference of the exponents' biases, 127 − 15, shifted to the exponent of a 32-bit float. */
const REBIAS = 112 << 23;

/** The results of {@link spreadHalves} are too small by this factor. Multiplying the other operand of a product by it costs nothing. */
export const SPREAD_SCALE = 2 ** 112;

/** Converts 32-bit floats to IEEE 754 binary16, rounded to the nearest number, ties to even. */
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

/** Rounds a small positive number to the nearest integer, ties to even. */
function roundToEven(value: number): number {
  return value + 2 ** 52 - 2 ** 52;
}

/**
 * Converts finite binary16 numbers to 32-bit floats divided by {@link SPREAD_SCALE}, by moving the bits of sign, exponent and fraction. This is
 * exact, subnormal numbers included, and needs no table.
 *
 * @param into The bits of the floats. Read them through a `Float32Array` over the same memory.
 */
export function spreadHalves(halves: Uint16Array, from: number, into: Int32Array): void {
  for (let i = 0; i < into.length; i++) {
    const half = halves[from + i]!;
    into[i] = ((half & 0x8000) << 16) | ((half & 0x7fff) << 13);
  }
}
