import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { holm } from "../../src/evaluation/significance/holm.js";
import { bootstrapInterval, compareRuns, pairedRandomizationTest, readQrels, readRun } from "../../src/evaluation.js";

const fixture = (name: string) => new URL(`fixtures/${name}`, import.meta.url);
interface Case {
  a: number[];
  b: number[];
  pT: number;
  pExact?: number;
}
const golden = JSON.parse(readFileSync(fixture("significance.json"), "utf8")) as {
  cases: Case[];
};

describe("pairedRandomizationTest", () => {
  const exact = golden.cases.filter((each) => each.pExact !== undefined);
  it.each(exact.map((each, index) => [index, each] as const))(
    "equals scipy's exact test for few queries (case %i)",
    (_index, { a, b, pExact }) => {
      expect(pairedRandomizationTest(a, b)).toBeCloseTo(pExact!, 12);
    },
  );

  it("is close to scipy's t-test for many queries, and equal for equal seeds", () => {
    const { a, b, pT } = golden.cases.at(-1)!;
    expect(Math.abs(pairedRandomizationTest(a, b) - pT)).toBeLessThan(0.02);
    expect(pairedRandomizationTest(a, b, { seed: 5 })).toBe(pairedRandomizationTest(a, b, { seed: 5 }));
  });

  it("is never 0 when sampled, and 1 if no query differs", () => {
    const zeros = Array.from({ length: 40 }, () => 0);
    const ones = zeros.map(() => 1);
    expect(pairedRandomizationTest(zeros, ones, { permutations: 1000 })).toBe(1 / 1001);
    expect(pairedRandomizationTest(ones, ones)).toBe(1);
    expect(pairedRandomizationTest([0, 0, 0], [1, 1, 1])).toBe(0.25);
  });

  it("refuses values that are not finite numbers, instead of calling every difference significant", () => {
    const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
    expect(() => pairedRandomizationTest([0.1, nan], [0.2, 0.3])).toThrow(
      /^Invalid a\[1\]: Expected a finite number, got NaN\./,
    );
    expect(() => pairedRandomizationTest([0.1], [infinity])).toThrow(/^Invalid b\[0\]: Expected a finite number/);
    expect(() => pairedRandomizationTest("ab" as never, [1])).toThrow(
      /^Invalid a: Expected an array of finite numbers/,
    );
    expect(() => bootstrapInterval([0.1, nan])).toThrow(/^Invalid values\[1\]: Expected a finite number, got NaN\./);
    expect(() => bootstrapInterval(["0.1" as never])).toThrow(/^Invalid values\[0\]: .*got "0\.1"\./);
  });

  it("has p-values below a level about as often as the level says, for random data", () => {
    const random = fc.sample(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 40, maxLength: 40 }), {
      numRuns: 400,
      seed: 3,
    });
    const below = Array.from({ length: 200 }, (_, i) =>
      pairedRandomizationTest(random[2 * i]!, random[2 * i + 1]!, { permutations: 400 }),
    );
    const share = below.filter((p) => p < 0.2).length / below.length;
    expect(share).toBeGreaterThan(0.08);
    expect(share).toBeLessThan(0.36);
  });
});

describe("bootstrapInterval", () => {
  it("contains the mean, narrows with more values, and widens with more confidence", () => {
    const values = golden.cases.at(-1)!.a;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const all = bootstrapInterval(values);
    const few = bootstrapInterval(values.slice(0, 30));
    const surer = bootstrapInterval(values, { confidence: 0.99 });
    expect(all.low).toBeLessThan(mean);
    expect(all.high).toBeGreaterThan(mean);
    expect(few.high - few.low).toBeGreaterThan(all.high - all.low);
    expect(surer.high - surer.low).toBeGreaterThan(all.high - all.low);
    // The normal approximation of the same interval.
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length ** 2);
    expect(all.high - all.low).toBeCloseTo(2 * 1.96 * deviation, 2);
  });

  it("is a point for equal values, and rejects options out of range", () => {
    expect(bootstrapInterval([0.5, 0.5])).toEqual({ low: 0.5, high: 0.5, confidence: 0.95 });
    expect(() => bootstrapInterval([1], { confidence: 1 })).toThrow(/confidence/);
    expect(() => bootstrapInterval([1], { resamples: 3 })).toThrow(/resamples/);
  });
});

describe("holm", () => {
  it("corrects p-values step by step", () => {
    const corrected = holm([0.01, 0.04, 0.03, 0.005]);
    for (const [index, p] of [0.03, 0.06, 0.06, 0.02].entries()) expect(corrected[index]).toBeCloseTo(p, 12);
    expect(holm([0.5, Number.NaN, 0.9])).toEqual([1, Number.NaN, 1]);
    expect(holm([])).toEqual([]);
  });

  it("lies between the p-value and Bonferroni's, and keeps the order", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 30 }), (values) => {
        const corrected = holm(values);
        values.forEach((p, i) => {
          expect(corrected[i]).toBeGreaterThanOrEqual(p);
          expect(corrected[i]).toBeLessThanOrEqual(Math.min(1, p * values.length) + 1e-15);
          values.forEach((q, j) => {
            if (p < q) expect(corrected[i]!).toBeLessThanOrEqual(corrected[j]!);
          });
        });
      }),
    );
  });
});

describe("compareRuns", () => {
  const onWarning = () => {};
  it("compares every pair, or all runs with the baseline, and corrects over all comparisons", async () => {
    const qrels = await readQrels(fixture("made.qrels"));
    const plain = await readRun(fixture("plain.run"));
    const ties = await readRun(fixture("ties.run"));
    const runs = { plain, ties, same: plain };
    const all = compareRuns(runs, qrels, { measures: ["nDCG@10", "RR"], onWarning });
    expect(all.comparisons).toHaveLength(6);
    expect(all.queries).toHaveLength(qrels.size);
    const same = all.comparisons.find(({ baseline, run }) => baseline === "plain" && run === "same")!;
    expect(same).toMatchObject({ difference: 0, wins: 0, losses: 0, ties: qrels.size, p: 1, pHolm: 1 });
    const against = compareRuns(runs, qrels, { baseline: "ties", onWarning });
    expect(against.comparisons.map(({ run }) => run)).toEqual(["plain", "same"]);
    for (const comparison of against.comparisons) {
      expect(comparison.pHolm).toBeGreaterThanOrEqual(comparison.p);
      expect(comparison.wins + comparison.ties + comparison.losses).toBe(qrels.size);
      expect(comparison.interval.low).toBeLessThanOrEqual(comparison.difference);
      expect(comparison.interval.high).toBeGreaterThanOrEqual(comparison.difference);
    }
    expect(() => compareRuns(runs, qrels, { baseline: "none", onWarning })).toThrow(/baseline/);
    expect(() => compareRuns({}, qrels)).toThrow(/at least one run/);
  });
});
