import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { halfToNumber } from "../../../src/inference/formats/safetensors.js";
import { SPREAD_SCALE, spreadHalves, toHalves } from "../../../src/inference/late-interaction/half-precision.js";
import { maxSim } from "../../../src/inference/late-interaction/max-sim.js";
import { queryMatrix } from "../../../src/inference/late-interaction/query-matrix.js";

const spread = (halves: Uint16Array) => {
  const bits = new Int32Array(halves.length);
  spreadHalves(halves, 0, bits);
  return Array.from(new Float32Array(bits.buffer), (value) => value * SPREAD_SCALE);
};

describe("half precision", () => {
  it("reads every finite number as the format has it", () => {
    const finite = Uint16Array.from({ length: 0x10000 }, (_, half) => half).filter(
      (half) => (half & 0x7c00) !== 0x7c00,
    );
    expect(finite).toHaveLength(63_488);
    expect(spread(finite)).toEqual(Array.from(finite, halfToNumber));
  });

  it("gives back every number that it can hold", () => {
    const finite = Uint16Array.from({ length: 0x10000 }, (_, half) => half).filter(
      (half) => (half & 0x7c00) !== 0x7c00,
    );
    expect(Array.from(toHalves(Float32Array.from(finite, halfToNumber)))).toEqual(Array.from(finite));
  });

  it("rounds to the nearest, ties to even", () => {
    const number = fc.float({ min: -65_519, max: 65_519, noNaN: true });
    fc.assert(
      fc.property(number, (value) => {
        const [half] = toHalves(Float32Array.of(value));
        const error = Math.abs(halfToNumber(half!) - value);
        for (const other of [half! - 1, half! + 1]) {
          if (other < 0 || (other & 0x7c00) === 0x7c00 || (other & 0x8000) !== (half! & 0x8000)) continue;
          const away = Math.abs(halfToNumber(other) - value);
          expect(error < away || (error === away && half! % 2 === 0)).toBe(true);
        }
      }),
    );
    expect(Array.from(toHalves(Float32Array.of(65_520, -1e30, Number.NaN, Number.POSITIVE_INFINITY)))).toEqual([
      0x7c00, 0xfc00, 0x7e00, 0x7c00,
    ]);
  });
});

const DIMENSION = 8;
const vector = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: DIMENSION, maxLength: DIMENSION });
const text = (most: number) =>
  fc
    .array(vector, { minLength: 1, maxLength: most })
    .map((rows) => toHalves(Float32Array.from(rows.flat(), (value) => value / 3)));

const asQuery = (values: Uint16Array<ArrayBuffer>) =>
  queryMatrix({ dimension: DIMENSION, passages: [{ values }], truncated: false });

/** The definition, written out. */
function plain(query: Uint16Array, document: Uint16Array): number {
  const rows = (halves: Uint16Array) =>
    Array.from({ length: halves.length / DIMENSION }, (_, row) =>
      Array.from(halves.slice(row * DIMENSION, (row + 1) * DIMENSION), halfToNumber),
    );
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const [q, d] = [rows(query), rows(document)];
  return q.reduce((sum, a) => sum + Math.max(...d.map((b) => dot(a, b))), 0) / q.length;
}

describe("MaxSim", () => {
  it("is the mean of the best dot products, for any number of tokens", () => {
    fc.assert(
      fc.property(text(11), text(9), (query, document) => {
        expect(maxSim(asQuery(query), document)).toBeCloseTo(plain(query, document), 6);
      }),
    );
  });

  it("does not depend on the order of tokens, and grows with tokens of the document", () => {
    fc.assert(
      fc.property(text(7), text(6), text(6), (query, one, other) => {
        const matrix = asQuery(query);
        const [ab, ba] = [Uint16Array.of(...one, ...other), Uint16Array.of(...other, ...one)];
        expect(maxSim(matrix, ab)).toBeCloseTo(maxSim(matrix, ba), 6);
        expect(maxSim(matrix, ab)).toBeGreaterThanOrEqual(maxSim(matrix, one) - 1e-6);
      }),
    );
  });

  it("is 0 for zero vectors and the lowest cosine where there is no token", () => {
    const one = toHalves(Float32Array.of(1, 0, 0, 0, 0, 0, 0, 0));
    const zeros = new Uint16Array(2 * DIMENSION);
    expect(maxSim(asQuery(one), zeros)).toBe(0);
    expect(maxSim(asQuery(zeros), one)).toBe(0);
    expect(maxSim(asQuery(one), new Uint16Array())).toBe(-1);
    expect(maxSim(asQuery(one), one)).toBe(1);
  });
});
