import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NORMALIZATIONS, type Normalization } from "../../src/rerankers/normalization.js";

const NAMES = Object.keys(NORMALIZATIONS) as Normalization[];

describe("normalizations", () => {
  it.each<[Normalization, number[], number[]]>([
    ["min-max", [2, 4, 3], [0, 1, 0.5]],
    ["min-max", [-1, 1], [0, 1]],
    ["z-score", [1, 3], [-1, 1]],
    ["z-score", [2, 4, 4, 4, 5, 5, 7, 9], [-1.5, -0.5, -0.5, -0.5, 0, 0, 1, 2]],
    ["max", [-2, 4, 1], [-0.5, 1, 0.25]],
    ["max", [-4, 2], [-1, 0.5]],
    ["rank", [10, 30, 20], [0, 1, 0.5]],
    ["rank", [1, 2, 2, 3], [0, 0.5, 0.5, 1]],
  ])("%s of %j has the values computed by hand", (name, scores, expected) => {
    const found = NORMALIZATIONS[name](scores);
    expect(found).toHaveLength(expected.length);
    found.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 12);
    });
  });

  it.each(NAMES)("%s gives 1 to a single score and to equal scores", (name) => {
    for (const score of [0, -3, 0.1, Number.MAX_VALUE]) {
      expect(NORMALIZATIONS[name]([score])).toEqual([1]);
      expect(NORMALIZATIONS[name]([score, score, score])).toEqual([1, 1, 1]);
    }
    expect(NORMALIZATIONS[name]([])).toEqual([]);
  });

  it.each(NAMES)("%s keeps the order, is finite, and does not change its input", (name) => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1, maxLength: 30 }), (scores) => {
        const before = [...scores];
        const found = NORMALIZATIONS[name](Object.freeze(scores) as number[]);
        expect(scores).toEqual(before);
        expect(found.every(Number.isFinite)).toBe(true);
        for (let i = 0; i < scores.length; i++) {
          for (let j = 0; j < scores.length; j++)
            if (scores[i]! > scores[j]!) expect(found[i]! >= found[j]!).toBe(true);
        }
        if (name !== "z-score") expect(found.every((value) => value >= -1 && value <= 1)).toBe(true);
      }),
    );
  });
});
