import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tokenDirections } from "../../src/inference/late-interaction/late-job.js";
import { cosine, type Directions, directions, lengthsOf, maxSim, queryMatrix } from "../../src/kernel/max-sim.js";

const DIMENSION = 8;
const vector = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: DIMENSION, maxLength: DIMENSION });
const vectors = (most: number) =>
  fc.array(vector, { minLength: 1, maxLength: most }).map((rows) => Float32Array.from(rows.flat()));

const query = (values: Float32Array) => directions("query", values, DIMENSION);
const document = (values: Float32Array) => directions("document", values, DIMENSION) as Int8Array<ArrayBuffer>;
const asMatrix = (values: Directions) => queryMatrix(values, DIMENSION);

const rowsOf = (values: ArrayLike<number>): number[][] =>
  Array.from({ length: values.length / DIMENSION }, (_, row) =>
    Array.from({ length: DIMENSION }, (_, i) => values[row * DIMENSION + i]!),
  );

/** The definition, written out. */
function cosineOf(a: readonly number[], b: readonly number[]): number {
  const dot = a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  return dot === 0 ? 0 : dot / (Math.hypot(...a) * Math.hypot(...b));
}

function plainMaxSim(query: ArrayLike<number>, document: ArrayLike<number>): number {
  const [q, d] = [rowsOf(query), rowsOf(document)];
  return q.reduce((sum, a) => sum + Math.max(...d.map((b) => cosineOf(a, b))), 0) / q.length;
}

describe("Stored vectors", () => {
  it("are rounded by at most half of a step of their largest number", () => {
    fc.assert(
      fc.property(vectors(5), (values) => {
        for (const [rounded, largest] of [
          [query(values), 2047],
          [document(values), 127],
        ] as const) {
          for (const [row, stored] of rowsOf(rounded).entries()) {
            const exact = rowsOf(values)[row]!;
            const most = Math.max(...exact.map(Math.abs));
            expect(Math.max(...stored.map(Math.abs))).toBe(most === 0 ? 0 : largest);
            for (const [i, value] of stored.entries())
              expect(Math.abs(value * most - exact[i]! * largest)).toBeLessThanOrEqual(most * 0.5001);
          }
        }
      }),
    );
  });

  it("change the cosine of two vectors of 128 dimensions by less than the step of their largest numbers", () => {
    const wide = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 128, maxLength: 128 });
    fc.assert(
      fc.property(wide, wide, (a, b) => {
        fc.pre(Math.hypot(...a) > 0.1 && Math.hypot(...b) > 0.1);
        const found = cosine(
          directions("query", Float32Array.from(a), 128),
          directions("document", Float32Array.from(b), 128),
        );
        expect(Math.abs(found - cosineOf(a, b))).toBeLessThan(128 / (2 * 127 * 127));
      }),
    );
  });

  it("leave out tokens that do not count", () => {
    const values = Float32Array.from({ length: 3 * DIMENSION }, (_, i) => i + 1);
    const all = rowsOf(tokenDirections("document", values, DIMENSION, [5, 6, 7], new Set()));
    const kept = rowsOf(tokenDirections("document", values, DIMENSION, [5, 6, 7], new Set([6])));
    expect(kept).toEqual([all[0], all[2]]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])("are refused if a number is %s", (bad) => {
    expect(() => document(Float32Array.of(1, 0, 0, bad, 0, 0, 0, 0))).toThrow("NaN or infinity");
  });

  it("have a length to divide by, even if they are zero", () => {
    expect(Array.from(lengthsOf(Int8Array.of(3, 4, 0, 0, 0, 0, 0, 0, ...new Int8Array(DIMENSION)), DIMENSION))).toEqual(
      [5, 1],
    );
  });
});

describe("MaxSim", () => {
  it("is the mean of the best cosines, for any number of tokens", () => {
    fc.assert(
      fc.property(vectors(11), vectors(9), (a, b) => {
        const [q, d] = [query(a), document(b)];
        expect(maxSim(asMatrix(q), d)).toBeCloseTo(plainMaxSim(q, d), 6);
      }),
    );
  });

  it("does not depend on the order of tokens, and grows with tokens of the document", () => {
    fc.assert(
      fc.property(vectors(7), vectors(6), vectors(6), (a, b, c) => {
        const matrix = asMatrix(query(a));
        const [one, other] = [document(b), document(c)];
        const [ab, ba] = [Int8Array.of(...one, ...other), Int8Array.of(...other, ...one)];
        expect(maxSim(matrix, ab)).toBeCloseTo(maxSim(matrix, ba), 6);
        expect(maxSim(matrix, ab)).toBeGreaterThanOrEqual(maxSim(matrix, one) - 1e-6);
      }),
    );
  });

  it("is 0 for zero vectors and the lowest cosine where there is no token", () => {
    const one = Float32Array.of(1, 0, 0, 0, 0, 0, 0, 0);
    const zeros = new Float32Array(2 * DIMENSION);
    expect(maxSim(asMatrix(query(one)), document(zeros))).toBe(0);
    expect(maxSim(asMatrix(query(zeros)), document(one))).toBe(0);
    expect(maxSim(asMatrix(query(one)), new Int8Array())).toBe(-1);
    expect(maxSim(asMatrix(query(one)), document(one))).toBe(1);
  });
});
