import { describe, expect, it } from "vitest";
import { normalizeVector, POOLINGS } from "../../src/inference/worker/pooling.js";

/** Two rows of three tokens with two dimensions. The last token of each row is padding. */
const values = Float32Array.of(1, 2, 3, 4, 90, 91, 5, 6, 7, 8, 92, 93);

describe("poolings", () => {
  it.each([
    ["mean", 0, [2, 3]],
    ["mean", 6, [6, 7]],
    ["cls", 0, [1, 2]],
    ["cls", 6, [5, 6]],
    ["last", 0, [3, 4]],
    ["last", 6, [7, 8]],
  ] as const)("%s of the row at offset %i ignores padding", (name, offset, expected) => {
    expect(Array.from(POOLINGS[name](values, offset, 2, 2))).toEqual(expected);
  });

  it("return copies, so that the runtime's memory can be freed", () => {
    for (const pool of Object.values(POOLINGS)) expect(pool(values, 0, 2, 2).buffer).not.toBe(values.buffer);
  });

  it("average 100,000 equal values to that value", () => {
    const many = new Float32Array(100_000).fill(0.1);
    expect(POOLINGS.mean(many, 0, 100_000, 1)[0]).toBe(Math.fround(0.1));
  });
});

describe("normalizeVector", () => {
  it("scales vectors to length 1 and leaves zero vectors unchanged", () => {
    const [x, y] = normalizeVector(Float32Array.of(3, -4));
    expect(x).toBeCloseTo(0.6, 6);
    expect(y).toBeCloseTo(-0.8, 6);
    expect(Array.from(normalizeVector(Float32Array.of(0, 0)))).toEqual([0, 0]);
  });

  it("is exact for values whose squares overflow or underflow single precision", () => {
    for (const scale of [1e-30, 1e30]) {
      const [x, y] = normalizeVector(Float32Array.of(3 * scale, 4 * scale));
      expect(x).toBeCloseTo(0.6, 6);
      expect(y).toBeCloseTo(0.8, 6);
    }
  });
});
