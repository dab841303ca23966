import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { calibrate, checkCalibration, sigmoid } from "../../src/calibration.js";
import { heldOutReliability, labelScores } from "../../src/evaluation/calibration/examples.js";
import { fitRising } from "../../src/evaluation/calibration/fit.js";
import { seededRandom } from "../../src/evaluation/significance/random.js";
import { evaluate, fitCalibration, reliability } from "../../src/evaluation.js";
import { CrossEncoderReranker } from "../../src/index.js";
import { smallDataset, WordOverlap } from "./small-data.js";

/** Labels drawn from a known curve over uniform scores. */
function drawn(count: number, slope: number, intercept: number, seed = 1) {
  const random = seededRandom(seed);
  const uniform = () => random() / 2 ** 32;
  const scores = Array.from({ length: count }, () => 10 * uniform() - 5);
  return { scores, relevant: scores.map((score) => uniform() < sigmoid(slope * score + intercept)) };
}

describe("fitCalibration", () => {
  it("finds the curve that the labels were drawn from", () => {
    const { scores, relevant } = drawn(20_000, 1.5, -2);
    const curve = fitCalibration(scores, relevant, "some-model");
    expect(curve.slope).toBeCloseTo(1.5, 1);
    expect(curve.intercept).toBeCloseTo(-2, 1);
    expect(curve.positives + curve.negatives).toBe(20_000);
    expect(curve.positives).toBe(relevant.filter(Boolean).length);
    expect(curve.model).toBe("some-model");
    expect(JSON.parse(JSON.stringify(curve))).toEqual(curve);
    checkCalibration("calibration", curve, "some-model");
  });

  it("stays finite for separable labels and scores of any size", () => {
    for (const scale of [1e-12, 1, 1e12]) {
      const scores = Array.from({ length: 60 }, (_, i) => i * scale);
      const { slope, intercept } = fitCalibration(
        scores,
        scores.map((_, i) => i >= 30),
      );
      expect(slope).toBeGreaterThan(0);
      expect(Number.isFinite(slope) && Number.isFinite(intercept)).toBe(true);
      expect(calibrate(59 * scale, { slope, intercept })).toBeGreaterThan(0.9);
    }
  });

  it("is hardly moved by one outlier with the wrong label", () => {
    const { scores, relevant } = drawn(2000, 1, 0);
    const clean = fitCalibration(scores, relevant);
    const moved = fitCalibration([...scores, 6], [...relevant, false]);
    expect(moved.slope).toBeCloseTo(clean.slope, 1);
  });

  it.each<[string, number[], boolean[], RegExp]>([
    [
      "fewer than 20 relevant examples",
      Array(119).fill(1),
      [...Array(19).fill(true), ...Array(100).fill(false)],
      /got 19 and 100/,
    ],
    [
      "fewer than 20 other examples",
      Array(119).fill(1),
      [...Array(100).fill(true), ...Array(19).fill(false)],
      /got 100 and 19/,
    ],
    ["lists of different lengths", [1, 2], [true], /one value per score: 2, got 1/],
    [
      "a score that is not finite",
      [...Array(49).fill(1), Number.NaN],
      Array(50).fill(true),
      /scores\[49\]: Expected a finite number, got NaN/,
    ],
    [
      "a string among the scores",
      [...Array(49).fill(1), "5" as never],
      Array(50).fill(true),
      /scores\[49\]: Expected a finite number, got "5"\./,
    ],
    [
      "scores whose variance overflows",
      Array.from({ length: 60 }, (_, i) => i * 1e299),
      Array.from({ length: 60 }, (_, i) => i >= 30),
      /The scores are too large: they reach 5\.9e\+300, and their variance overflows\. Divide all/,
    ],
    [
      "scores whose variance underflows",
      Array.from({ length: 60 }, (_, i) => i * 1e-300),
      Array.from({ length: 60 }, (_, i) => i >= 30),
      /The scores differ, but by so little that their variance is 0\./,
    ],
    [
      "scores that fall with relevance",
      Array.from({ length: 60 }, (_, i) => i),
      Array.from({ length: 60 }, (_, i) => i < 30),
      /do not go with relevance/,
    ],
    [
      "scores that are all equal",
      Array(60).fill(1),
      Array.from({ length: 60 }, (_, i) => i < 30),
      /do not go with relevance/,
    ],
  ])("rejects %s with a named error", (_name, scores, relevant, message) => {
    expect(() => fitCalibration(scores, relevant)).toThrow(message);
    expect(() => fitCalibration(scores, relevant)).toThrow(expect.objectContaining({ name: "InvalidInputError" }));
  });

  it("makes a curve that CrossEncoderReranker accepts and a threshold can use", async () => {
    const { scores, relevant } = drawn(500, 4, -1);
    const calibration = fitCalibration(scores, relevant, "word-overlap");
    const reranker = new CrossEncoderReranker({ model: new WordOverlap(), calibration, threshold: 0.5, details: true });
    const { raw, scores: sims } = await evaluate(reranker, smallDataset(), { onWarning: () => {} });
    for (const [query, documents] of raw) {
      for (const [id, score] of documents) expect(sims.get(query)!.get(id)).toBe(calibrate(score, calibration));
    }
    expect([...sims.values()].flatMap((each) => [...each.values()]).every((sim) => sim >= 0.5)).toBe(true);
  });
});

describe("fitRising", () => {
  it("is level at the prior when scores do not rise with relevance", () => {
    const { slope, intercept } = fitRising([1, 2, 3, 4], [true, true, false, false]);
    expect(slope).toBe(0);
    expect(sigmoid(intercept)).toBeCloseTo(0.5, 12);
    expect(() => fitRising([1, 2], [true, true])).toThrow(/needs both relevant and other examples, got 2 and 0/);
  });
});

describe("reliability", () => {
  it("computes bins, calibration error and Brier scores that can be checked by hand", () => {
    const result = reliability([0.1, 0.1, 0.8, 0.6], [false, true, true, true], 2);
    expect(result.bins).toEqual([
      { count: 2, predicted: 0.1, observed: 0.5 },
      { count: 2, predicted: expect.closeTo(0.7, 12), observed: 1 },
    ]);
    expect(result.expectedCalibrationError).toBeCloseTo(0.5 * 0.4 + 0.5 * 0.3, 12);
    expect(result.brierScore).toBeCloseTo((0.01 + 0.81 + 0.04 + 0.16) / 4, 12);
    expect(result.priorBrierScore).toBeCloseTo(0.75 * 0.25, 12);
    expect([result.positives, result.negatives]).toEqual([3, 1]);
  });

  it("is near perfect for probabilities that labels are drawn from, and poor for twice the log-odds", () => {
    const { scores, relevant } = drawn(20_000, 1, -1);
    const good = reliability(
      scores.map((score) => sigmoid(score - 1)),
      relevant,
    );
    const bad = reliability(
      scores.map((score) => sigmoid(3 * (score - 1))),
      relevant,
    );
    expect(good.bins).toHaveLength(10);
    expect(good.expectedCalibrationError).toBeLessThan(0.015);
    expect(bad.expectedCalibrationError).toBeGreaterThan(0.05);
    expect(good.brierScore).toBeLessThan(bad.brierScore);
  });

  it("does not depend on the order of texts with equal probabilities", () => {
    const half = Array.from({ length: 100 }, (_, index) => index < 50);
    const relevantFirst = reliability(new Array<number>(100).fill(0.5), half);
    expect(relevantFirst.expectedCalibrationError).toBeCloseTo(0, 12);
    expect(relevantFirst.brierScore).toBeCloseTo(0.25, 12);
    expect(relevantFirst.bins.map(({ observed }) => observed)).toEqual(new Array(10).fill(0.5));

    const pairs = fc.array(fc.tuple(fc.constantFrom(0, 0.2, 0.5, 1), fc.boolean()), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(pairs, (texts) => {
        const measure = (order: typeof texts) =>
          reliability(
            order.map(([probability]) => probability),
            order.map(([, relevant]) => relevant),
          );
        const forth = measure(texts);
        const back = measure([...texts].reverse());
        expect(back.expectedCalibrationError).toBeCloseTo(forth.expectedCalibrationError, 12);
        back.bins.forEach((bin, index) => {
          expect(bin.observed).toBeCloseTo(forth.bins[index]!.observed, 12);
        });
      }),
    );
  });

  it("has bins of equal mass, up to one text, that together hold every text", () => {
    const texts = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean()), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(texts, (all) => {
        const { bins } = reliability(
          all.map(([p]) => p),
          all.map(([, label]) => label),
        );
        const counts = bins.map(({ count }) => count);
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(all.length);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        expect(Math.min(...counts)).toBeGreaterThan(0);
      }),
    );
  });

  it.each<[string, number[], boolean[], RegExp]>([
    ["no texts", [], [], /no values/],
    ["a number above 1", [0.5, 1.5], [true, false], /probabilities\[1\]: Expected a number between 0 and 1, got 1\.5/],
    [
      "a string",
      [0.5, "0.5" as never],
      [true, false],
      /probabilities\[1\]: Expected a number between 0 and 1, got "0\.5"\./,
    ],
    ["lists of different lengths", [0.5], [], /one value per probability: 1, got 0/],
  ])("rejects %s", (_name, probabilities, relevant, message) => {
    expect(() => reliability(probabilities, relevant)).toThrow(message);
  });
});

describe("the number of bins", () => {
  it.each([0, -1, 2.5, Number.NaN, Number.POSITIVE_INFINITY, "10" as never])("may not be %s", (bins) => {
    expect(() => reliability([0.9, 0.2], [false, true], bins)).toThrow(
      /^Invalid `bins`: expected a positive integer, got /,
    );
  });
});

describe("heldOutReliability", () => {
  it("measures curves on queries that they were not fitted to", () => {
    const { scores, relevant } = drawn(5000, 2, -1);
    const queries = scores.map((_, i) => `q${i % 50}`);
    const result = heldOutReliability({ scores, relevant, queries })!;
    expect(result.expectedCalibrationError).toBeLessThan(0.03);
    expect(result.positives + result.negatives).toBe(5000);
    expect(heldOutReliability({ scores, relevant, queries: queries.map(() => "one") })).toBeUndefined();
  });

  it("labels documents without a judgment, or with a lower grade, as not relevant", () => {
    const run = new Map([
      [
        "q",
        new Map([
          ["a", 3],
          ["b", 2],
          ["c", 1],
        ]),
      ],
    ]);
    const qrels = new Map([
      [
        "q",
        new Map([
          ["a", 2],
          ["b", 1],
        ]),
      ],
    ]);
    expect(labelScores(run, qrels).relevant).toEqual([true, true, false]);
    expect(labelScores(run, qrels, 2)).toEqual({
      scores: [3, 2, 1],
      relevant: [true, false, false],
      queries: ["q", "q", "q"],
    });
  });
});
