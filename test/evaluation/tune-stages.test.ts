import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { makeSplits } from "../../src/evaluation/tuning/folds.js";
import { paretoFront, pickBest, pickFastest } from "../../src/evaluation/tuning/select.js";
import type { StageScores } from "../../src/evaluation/tuning/stage-scores.js";
import { chooseLabeledThreshold, chooseThreshold } from "../../src/evaluation/tuning/threshold.js";
import { type Dataset, measureRun, tuneStages } from "../../src/evaluation.js";
import { madeDataset, madeStages } from "./made-data.js";

const onWarning = () => {};
let data: Dataset;
let stages: StageScores;
beforeAll(async () => {
  data = await madeDataset();
  stages = madeStages(data);
});

describe("tuneStages", () => {
  it("finds the setting with the highest mean and measures the choice on held-out queries", () => {
    const result = tuneStages(stages, data.qrels, { onWarning, permutations: 1000 });
    expect(result.settings).toHaveLength(10 * 6 * 4);
    expect(result.queries).toBe(data.qrels.size);
    expect(result.best.setting.mean).toBe(Math.max(...result.settings.map(({ mean }) => mean)));
    expect(result.best.heldOut.mean).toBeLessThanOrEqual(result.best.setting.mean);
    expect(result.best.heldOut.perQuery.size).toBe(data.qrels.size);
    expect(result.best.heldOut.interval.low).toBeLessThan(result.best.heldOut.mean);
    expect(result.fastest.setting.seconds).toBeLessThanOrEqual(result.best.setting.seconds);
    expect(result.fastest.setting.mean).toBeGreaterThanOrEqual(0.98 * result.best.setting.mean);
    expect(result.best.chosen).toHaveLength(5);
    expect(result.references.map(({ name }) => name)).toEqual(["cheap", "expensive", "cheap + expensive, defaults"]);
    expect(result.bestSingle).toBe("expensive");
    expect(result.comparison.comparisons.map(({ run }) => run)).toContain("tuned, best");
    expect(result.best.options).toEqual({
      topK: result.best.setting.topK,
      alpha: result.best.setting.alpha,
      normalization: result.best.setting.normalization,
    });
  });

  it("says in words that tuning is not worth it when no setting beats the best single stage by more than chance", () => {
    const perfect = madeStages(data, { first: 9, model: 0 });
    const result = tuneStages(perfect, data.qrels, { onWarning, permutations: 1000 });
    expect(result.isBetter).toBe(false);
    expect(result.verdict).toMatch(
      /^No setting beats the model alone by more than chance: keep the defaults\. nDCG@10 on held-out queries: tuned, best 0\.\d{3}, expensive alone 0\.\d{3} \(difference [+−±]0\.\d{3}, p \d\.\d{3} after Holm's correction\)\.$/,
    );
  });

  it("says in words that tuning is better when a blend beats both stages by more than chance", () => {
    const documents = ["a", "b", "c", "d", "e", "f"];
    const column = (found: string) => {
      const scores = documents.map((id) => (id === found ? 1 : 0));
      return { scores, raw: scores, milliseconds: documents.map(() => 1) };
    };
    // Each stage finds one of the two relevant documents.
    const queries = Array.from({ length: 20 }, (_, i) => ({
      id: `q${i}`,
      documents,
      blank: [],
      first: new Map([["cheap", column("e")]]),
      models: new Map([["expensive", column("f")]]),
    }));
    const qrels = Object.fromEntries(queries.map(({ id }) => [id, { e: 1, f: 1 }]));
    const result = tuneStages({ ...stages, queries }, qrels, { onWarning, permutations: 2000 });
    expect(result.isBetter).toBe(true);
    expect(result.verdict).toMatch(/^Tuning is better than (cheap|expensive) alone by more than chance\. nDCG@10/);
  });

  it("returns best and fastest as one choice when they are the same setting", () => {
    const grid = { alpha: [0.5], topK: [5], normalization: ["rank" as const] };
    const result = tuneStages(stages, data.qrels, { grid, onWarning, permutations: 1000 });
    expect(result.fastest).toBe(result.best);
    expect(result.comparison.runs.map(({ name }) => name)).not.toContain("tuned, fastest");
  });

  it("counts judged queries without candidates as 0, as measureRun does", () => {
    const result = tuneStages(stages, data.qrels, { onWarning });
    const cheap = new Map(
      stages.queries.map(({ id, documents, first }) => [
        id,
        new Map(documents.map((doc, i) => [doc, first.get("cheap")!.scores[i]!])),
      ]),
    );
    const measured = measureRun(cheap, data.qrels, ["nDCG@10"], { onWarning }).get("nDCG@10")!;
    expect(result.references[0]!.mean).toBeCloseTo(measured.mean, 12);
    const warned: string[] = [];
    tuneStages(stages, data.qrels, { onWarning: ({ code, count }) => warned.push(`${code} ${count}`) });
    expect(warned).toEqual(["query-without-run 2"]);
  });

  it("adds up the seconds that were measured", () => {
    const { settings } = tuneStages(stages, data.qrels, {
      grid: { topK: [5], alpha: [0.5], normalization: ["rank"] },
      onWarning,
    });
    const wanted = stages.queries.reduce(
      (sum, { documents }) => sum + Math.min(5, documents.length) * 0.01 + documents.length * 0.00001,
      0,
    );
    expect(settings[0]!.seconds).toBeCloseTo(wanted / data.qrels.size, 9);
  });

  it("reports a lower held-out mean than the optimistic one when scores are noise", () => {
    const noise = madeStages(
      { ...data, qrels: new Map([...data.qrels].map(([id]) => [id, new Map()])) },
      { first: 1, model: 1 },
    );
    const { best } = tuneStages(noise, data.qrels, { onWarning, folds: 4 });
    expect(best.setting.mean).toBeGreaterThan(best.heldOut.mean);
  });

  it("holds out a proportion of the queries and chooses by the others only", () => {
    const result = tuneStages(stages, data.qrels, { holdout: 0.25, onWarning });
    expect(result.split).toEqual({ kind: "holdout", parts: 1, heldOut: 6 });
    expect(result.best.heldOut.perQuery.size).toBe(6);
    const { mean: _mean, seconds: _seconds, ...setting } = result.best.setting;
    expect(result.best.chosen).toEqual([setting]);
  });

  it("fits curves to the training queries and returns them as options", () => {
    const result = tuneStages(stages, data.qrels, { grid: { normalization: ["sigmoid"] }, onWarning });
    const { calibration, normalization } = result.best.options;
    expect(normalization).toBe("sigmoid");
    expect(calibration!.cross.slope).toBeGreaterThan(0);
    expect(calibration!.first.slope).toBeGreaterThan(0);
    expect(result.best.heldOut.mean).toBeGreaterThan(result.references[0]!.mean);
  });

  it("gives stages no influence by curves where the training queries have no relevant candidate", () => {
    const only = data.queries.keys().next().value!;
    const qrels = new Map(
      Array.from(data.qrels, ([id, grades]) => [
        id,
        id === only ? grades : new Map(Array.from(grades.keys(), (document) => [document, 0])),
      ]),
    );
    const grid = { normalization: ["sigmoid" as const, "min-max" as const], alpha: [0.5] };
    const { best, comparison } = tuneStages(stages, qrels, { grid, onWarning });
    expect(best.chosen).toHaveLength(5);
    expect(Number.isFinite(best.heldOut.mean)).toBe(true);
    expect(comparison.queries).toHaveLength(data.qrels.size);
  });

  it("chooses a threshold by precision or F1 and measures it on held-out queries", () => {
    const grid = { normalization: ["sigmoid" as const], alpha: [0.7] };
    const precise = tuneStages(stages, data.qrels, { grid, threshold: { precision: 0.7 }, onWarning }).best;
    expect(precise.threshold!.precision).toBeGreaterThanOrEqual(0.7);
    expect(precise.options.threshold).toBe(precise.threshold!.threshold);
    expect(precise.threshold!.heldOut.precision).toBeGreaterThan(0.5);
    const f1 = tuneStages(stages, data.qrels, { grid, threshold: "f1", onWarning }).best;
    expect(f1.threshold!.f1).toBeGreaterThanOrEqual(precise.threshold!.f1);
    expect(f1.threshold!.recall).toBeGreaterThanOrEqual(precise.threshold!.recall);
  });

  it.each<[string, object, RegExp]>([
    ["alpha above 1", { grid: { alpha: [2] } }, /grid\.alpha/],
    ["an empty list", { grid: { topK: [] } }, /grid\.topK/],
    ["an unknown model", { grid: { model: ["none"] } }, /grid\.model/],
    ["an unknown normalization", { grid: { normalization: ["ln"] } }, /grid\.normalization/],
    [
      "a misspelled name",
      { grid: { topk: [5] } },
      /^Unknown option `grid\.topk` of `grid`\. Its options are alpha, topK,/,
    ],
    [
      "a number instead of a list",
      { grid: { alpha: 0.5 } },
      /^Invalid `grid\.alpha`: expected an array of numbers .*, got 0\.5\./,
    ],
    [
      "a name instead of a list",
      { grid: { normalization: "rank" } },
      /`grid\.normalization`: expected an array of one or/,
    ],
    ["an alpha that is a string", { grid: { alpha: ["0.5"] } }, /`grid\.alpha`: expected numbers .*, got "0\.5"\./],
    ["a grid that is no object", { grid: null }, /^Invalid `grid`: expected an object of options/],
    ["no goal", { threshold: null }, /^Invalid `threshold`: expected "f1", or \{ precision \}/],
    ["a precision that is a string", { threshold: { precision: "0.5" } }, /^Invalid `threshold`/],
    ["two goals", { threshold: { precision: 0.5, recall: 1 } }, /^Invalid `threshold`/],
    ["within 1", { within: 1 }, /within/],
    ["one fold", { folds: 1 }, /folds/],
    ["both splits", { folds: 2, holdout: 0.5 }, /holdout/],
    ["a bad goal", { threshold: { precision: 2 } }, /threshold/],
    [
      "a precision out of reach",
      { threshold: { precision: 1 }, measure: "P@5", grid: { alpha: [0], topK: [5] } },
      /precision of 1; the highest is/,
    ],
  ])("rejects %s", (_name, options, message) => {
    expect(() => tuneStages(stages, data.qrels, { ...options, onWarning })).toThrow(message);
  });

  it("rejects a first stage and a model of the same name, whose curves and results would be mixed up", () => {
    const named = { ...stages, first: [...stages.first, stages.models[0]!] };
    expect(() => tuneStages(named, data.qrels, { onWarning })).toThrow(
      `A first stage and a model are both named "${stages.models[0]}". Rename one of them`,
    );
  });

  it("rejects a topK deeper than was scored, and judgments of other queries", () => {
    expect(() => tuneStages({ ...stages, deepest: 10 }, data.qrels, { grid: { topK: [20] }, onWarning })).toThrow(
      /between 1 and 10/,
    );
    expect(() => tuneStages(stages, { other: { d: 1 } }, { onWarning })).toThrow(/share no query/);
  });
});

describe("choosing a setting", () => {
  const rated = fc.array(fc.record({ mean: fc.integer({ min: 0, max: 9 }), seconds: fc.integer({ min: 1, max: 9 }) }), {
    minLength: 1,
  });

  it("has exactly the settings on the Pareto front that no other beats", () => {
    fc.assert(
      fc.property(rated, (all) => {
        const front = paretoFront(all);
        const beats = (a: { mean: number; seconds: number }, b: { mean: number; seconds: number }) =>
          a.mean >= b.mean && a.seconds <= b.seconds && (a.mean > b.mean || a.seconds < b.seconds);
        for (const each of front) expect(all.some((other) => beats(other, each))).toBe(false);
        for (const each of all)
          expect(
            front.some((other) => beats(other, each) || (other.mean === each.mean && other.seconds === each.seconds)),
          ).toBe(true);
      }),
    );
  });

  it("picks a fastest setting that is within the tolerance and not slower than the best", () => {
    fc.assert(
      fc.property(rated, fc.double({ min: 0, max: 0.99, noNaN: true }), (all, within) => {
        const best = pickBest(all);
        const fastest = pickFastest(all, within);
        expect(fastest.mean).toBeGreaterThanOrEqual(best.mean * (1 - within));
        expect(fastest.seconds).toBeLessThanOrEqual(best.seconds);
      }),
    );
  });

  it("holds out every query once and never trains on a held-out query", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), fc.integer({ min: 2, max: 10 }), (count, folds) => {
        fc.pre(folds <= count);
        const splits = makeSplits(count, { folds });
        expect(splits.flatMap(({ test }) => test).sort((a, b) => a - b)).toEqual(
          Array.from({ length: count }, (_, i) => i),
        );
        for (const { train, test } of splits) expect(new Set([...train, ...test]).size).toBe(count);
      }),
    );
  });
});

describe("chooseThreshold", () => {
  const scores = { q: { a: 0.9, b: 0.8, c: 0.8, d: 0.1 }, r: { e: 0.7 } };
  const qrels = { q: { a: 1, b: 1, d: 1 }, r: { e: 2 } };

  it("maximizes recall at the given precision, and treats tied scores alike", () => {
    expect(chooseThreshold(scores, qrels, { precision: 0.9 })).toMatchObject({
      threshold: 0.9,
      precision: 1,
      recall: 0.25,
      kept: 1,
    });
    expect(chooseThreshold(scores, qrels, { precision: 0.75 })).toMatchObject({
      threshold: 0.1,
      precision: 0.8,
      recall: 1,
    });
    expect(chooseThreshold(scores, qrels, "f1").threshold).toBe(0.1);
  });

  it("finds the threshold with the highest F1 of all", () => {
    const labelled = fc.array(fc.record({ score: fc.integer({ min: 0, max: 6 }), relevant: fc.boolean() }), {
      minLength: 1,
      maxLength: 25,
    });
    fc.assert(
      fc.property(labelled, (all) => {
        fc.pre(all.some(({ relevant }) => relevant));
        const f1 = (limit: number) => {
          const kept = all.filter(({ score }) => score >= limit);
          const hits = kept.filter(({ relevant }) => relevant).length;
          return (2 * hits) / (kept.length + all.filter(({ relevant }) => relevant).length);
        };
        const best = Math.max(...[0, 1, 2, 3, 4, 5, 6].map(f1));
        expect(chooseLabeledThreshold(all, "f1").f1).toBeCloseTo(best, 12);
      }),
    );
  });

  it("rejects scores without a relevant document", () => {
    for (const rel of [0, 0.5, Number.NaN])
      expect(() => chooseThreshold(scores, qrels, "f1", rel)).toThrow(/^Invalid `rel`: expected a positive integer/);
    expect(() => chooseThreshold({ q: { z: 1 } }, qrels, "f1")).toThrow(/no relevant document/);
  });
});
