import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { collectStageScores } from "../../src/evaluation/tuning/collect.js";
import { stagesFromEvaluations } from "../../src/evaluation/tuning/from-evaluations.js";
import { simulate } from "../../src/evaluation/tuning/simulate.js";
import type { StageScores } from "../../src/evaluation/tuning/stage-scores.js";
import { type Dataset, evaluate, FileScoreCache, measureRun, tune, tuneStages } from "../../src/evaluation.js";
import {
  CrossEncoderReranker,
  HybridReranker,
  type HybridRerankerInput,
  type RelevanceScorer,
} from "../../src/index.js";
import { madeDataset, noisyScore } from "./made-data.js";
import { LetterEmbeddings, smallDataset, WordOverlap } from "./small-data.js";

const onWarning = () => {};
let folder: string;
let data: Dataset;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tune-"));
  data = await madeDataset();
});
afterAll(() => rm(folder, { recursive: true }));

/** Adds noise to the judgments: a cross-encoder of any quality. Counts its pairs. */
class NoisyOracle implements RelevanceScorer {
  pairs = 0;
  constructor(
    readonly model: string,
    readonly noise: number,
  ) {}

  async score(query: string, texts: readonly string[]): Promise<number[]> {
    this.pairs += texts.length;
    const id = query.split(" ")[1]!;
    return texts.map((text) => noisyScore(data.qrels, id, text.split(" ")[2]!, this.noise));
  }
}

describe("tune", () => {
  it("scores each pair once for over 400 settings, and returns options with which a reranker reaches the same mean", async () => {
    const model = new NoisyOracle("oracle", 1);
    const result = await tune(data, {
      models: { oracle: model },
      grid: { alpha: Array.from({ length: 20 }, (_, i) => (i + 1) / 20) },
      onWarning,
    });
    const candidates = [...data.run!]
      .filter(([id]) => data.qrels.has(id))
      .reduce((sum, [, scores]) => sum + scores.size, 0);
    expect(result.settings.length).toBeGreaterThanOrEqual(400);
    expect(model.pairs).toBe(candidates);
    expect(result.stages.pairs.get("oracle")).toBe(candidates);

    for (const choice of [result.best, result.fastest]) {
      const real = await evaluate(new HybridReranker(choice.options), data, { measures: ["nDCG@10"], onWarning });
      expect(real.measures.get("nDCG@10")!.mean).toBeCloseTo(choice.setting.mean, 12);
    }
    expect(result.best.heldOut.mean).toBeGreaterThan(
      measureRun(data.run!, data.qrels, ["nDCG@10"], { onWarning }).get("nDCG@10")!.mean,
    );
  });

  it("compares first stages, fusions and models, and fits curves", async () => {
    const first = { bm25: "run", letters: new LetterEmbeddings(), both: { fuse: ["bm25", "letters"] } } as const;
    const models = { good: new NoisyOracle("good", 0.3), poor: new NoisyOracle("poor", 5) };
    const result = await tune(data, {
      first,
      models,
      grid: { normalization: ["min-max", "sigmoid"], alpha: [0.5, 1] },
      onWarning,
    });
    expect(new Set(result.settings.map((setting) => setting.first))).toEqual(new Set(["bm25", "letters", "both"]));
    expect(result.best.setting.model).toBe("good");
    expect(result.references.map(({ name, kind }) => `${name}: ${kind}`).slice(0, 5)).toEqual([
      "bm25: first",
      "letters: first",
      "both: fusion",
      "good: model",
      "poor: model",
    ]);
    expect(result.bestSingle).toBe("good");
    expect(result.best.options.model).toBe(models.good);
    const single = await tune(data, {
      first,
      models: { good: models.good },
      grid: { first: ["both"], normalization: ["sigmoid"] },
      onWarning,
    });
    const real = await evaluate(new HybridReranker(single.best.options), data, { measures: ["nDCG@10"], onWarning });
    expect(real.measures.get("nDCG@10")!.mean).toBeCloseTo(single.best.setting.mean, 12);
  });

  it("simulates exactly what HybridReranker returns, including ties, blank texts and infinite scores", async () => {
    const score = fc.oneof(
      fc.integer({ min: -2, max: 2 }),
      fc.constantFrom(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
    );
    const rows = fc.array(fc.record({ first: score, cross: fc.integer({ min: 0, max: 3 }), blank: fc.boolean() }), {
      minLength: 1,
      maxLength: 9,
    });
    const setup = fc.record({
      topK: fc.integer({ min: 1, max: 10 }),
      alpha: fc.constantFrom(0, 0.3, 0.7, 1),
      normalization: fc.constantFrom(
        "min-max" as const,
        "z-score" as const,
        "max" as const,
        "rank" as const,
        "sigmoid" as const,
      ),
    });
    const curve = { slope: 0.7, intercept: -1 };
    await fc.assert(
      fc.asyncProperty(rows, setup, async (all, { topK, alpha, normalization }) => {
        fc.pre(all.some(({ blank }) => !blank));
        const ids = all.map((_, i) => `d${String(i).padStart(2, "0")}`);
        const small: Dataset = {
          name: "made here",
          queries: new Map([["q", "question"]]),
          corpus: new Map(ids.map((id, i) => [id, { id, title: "", text: all[i]!.blank ? " " : id }])),
          qrels: new Map([["q", new Map([[ids[0]!, 1]])]]),
          run: new Map([["q", new Map(ids.map((id, i) => [id, all[i]!.first]))]]),
        };
        const model: RelevanceScorer = {
          score: async (_query, texts, options) => {
            const scores = texts.map((text) => all[Number(text.slice(1))]!.cross);
            options?.onReport?.({ raw: scores.map((score) => 3 * score - 4) });
            return scores;
          },
        };
        const stages = await collectStageScores(small, { models: { model } });
        const curves = new Map([
          ["run", curve],
          ["model", curve],
        ]);
        const [simulated] = simulate(
          stages.queries[0]!,
          { first: "run", model: "model", topK, normalization, alphas: [alpha] },
          curves,
        );
        const options: HybridRerankerInput = {
          firstStageKey: "score",
          model,
          topK,
          alpha,
          normalization,
          ...(normalization === "sigmoid" && { calibration: { first: curve, cross: curve } }),
        };
        const real = await evaluate(new HybridReranker(options), small, { measures: ["RR"] });
        expect(simulated!.ranking).toEqual([...real.run.get("q")!.keys()]);
        simulated!.sims.forEach((sim, i) => {
          expect(sim).toBe(real.scores.get("q")!.get(simulated!.ranking[i]!));
        });
      }),
      { numRuns: 300 },
    );
  });

  it("resumes from a cache file, reuses pairs in later runs, and scores again for another model", async () => {
    const path = join(folder, "pairs.jsonl");
    const stop = new AbortController();
    const model = new NoisyOracle("oracle", 1);
    const onProgress = ({ done }: { done: number }) => done === 10 && stop.abort(new Error("killed"));
    {
      await using cache = await FileScoreCache.open(path);
      await expect(
        tune(data, { models: { model }, cache, signal: stop.signal, onProgress, onWarning }),
      ).rejects.toThrow("killed");
    }
    const before = model.pairs;
    await using cache = await FileScoreCache.open(path);
    const resumed = await tune(data, { models: { model }, cache, depth: 20, onWarning });
    const again = await tune(data, { models: { model }, cache, depth: 20, onWarning });
    expect(model.pairs).toBeGreaterThan(before);
    expect(resumed.stages.pairs.get("model")! + before).toBeGreaterThan(model.pairs);
    expect(again.settings).toEqual(resumed.settings);
    expect(again.stages.seconds).toBe(resumed.stages.seconds);
    const other = new NoisyOracle("other", 1);
    await tune(data, { models: { other }, cache, depth: 20, onWarning });
    expect(other.pairs).toBe(resumed.stages.pairs.get("model"));
  });

  it("says which cache file cannot be opened", async () => {
    await expect(FileScoreCache.open(folder)).rejects.toThrow(
      /Could not open the score cache \(EISDIR.*Name a file that this process can read and write/,
    );
  });

  it("reads scores that a cache returns as JSON text, and refuses what is no score", async () => {
    const text = new Map<string, string>();
    const cache = {
      get: (key: string): unknown => text.get(key),
      set: (key: string, value: unknown) => text.set(key, JSON.stringify(value)),
    };
    const collect = (scorer: WordOverlap, get = cache.get) =>
      collectStageScores(smallDataset(), { models: { scorer }, cache: { ...cache, get } });
    const first = await collect(new WordOverlap());
    const unused = new WordOverlap();
    const second = await collect(unused);
    expect(unused.pairs).toBe(0);
    expect(second.queries).toEqual(first.queries);
    await expect(collect(new WordOverlap(), () => "[null,1,1]")).rejects.toThrow(/`get` returned something other than/);
  });

  it("scores no deeper than `deepest`, scores equal texts of one query once, and rejects deeper grids", async () => {
    const scorer = new WordOverlap();
    const small = smallDataset();
    const stages = await collectStageScores(small, { models: { scorer }, deepest: 2 });
    expect(scorer.pairs).toBe(6);
    expect(() => tuneStages(stages, small.qrels, { grid: { topK: [3] } })).toThrow(/between 1 and 2/);
    for (const document of small.corpus.values()) document.text = "all the same";
    const same = new WordOverlap();
    await collectStageScores(small, { models: { same }, cache: new Map<string, unknown>() });
    expect(same.pairs).toBe(3);
  });

  it.each<[string, object, RegExp]>([
    ["a run that the data does not have", { first: { bm25: "run" } }, /has no run/],
    [
      "a fusion of an unknown stage",
      { first: { letters: new LetterEmbeddings(), both: { fuse: ["letters", "bm25"] } } },
      /first\.both\.fuse/,
    ],
    ["no first stage", { first: {} }, /at least one/],
  ])("rejects %s", async (_name, options, message) => {
    const { run: _, ...rest } = smallDataset();
    await expect(collectStageScores(rest, { models: { scorer: new WordOverlap() }, ...options })).rejects.toThrow(
      message,
    );
  });

  it.each<[string, object, RegExp]>([
    ["first.bm25", { bm25: "runn" }, /expected "run", LangChain `Embeddings`, a scorer .*, got "runn"\./],
    ["first.bm25", { bm25: null }, /expected "run", .*, got null\./],
    ["first.dense", { dense: { embedQuery: () => [] } }, /expected "run", .*, got an object \(Object\)\./],
    ["first.both.fuse", { bm25: "run", both: { fuse: "bm25" } }, /expected an array .*, got "bm25"\./],
    ["first.both.k", { bm25: "run", both: { fuse: ["bm25"], k: "60" } }, /expected a positive integer, got "60"\./],
    ["first.both.kk", { bm25: "run", both: { fuse: ["bm25"], kk: 60 } }, /Unknown option .* of a fusion/],
  ])(
    "names the option %s whose value %j is not a first stage before any document is scored",
    async (option, first, message) => {
      const model = new NoisyOracle("oracle", 1);
      const tuned = tune(data, { first: first as never, models: { model }, onWarning });
      await expect(tuned).rejects.toMatchObject({
        name: "InvalidOptionError",
        option,
        message: expect.stringMatching(message),
      });
      expect(model.pairs).toBe(0);
    },
  );

  it("names the model whose value is not a model", async () => {
    const tuned = tune(data, { models: { typo: 5 as never }, onWarning });
    await expect(tuned).rejects.toMatchObject({ name: "InvalidOptionError", option: "models.typo" });
  });

  it.each<[string, object]>([
    ["grid.alpha", { grid: { alpha: [2] } }],
    ["grid.normalization", { grid: { normalization: ["ln"] } }],
    ["grid.topK", { grid: { topK: [] } }],
    ["grid.first", { grid: { first: ["ran"] } }],
    ["grid.model", { grid: { model: ["modle"] } }],
    ["grid.topK", { deepest: 5, grid: { topK: [6] } }],
    ["models.model", { first: { model: "run" } }],
    ["measure", { measure: "ndcg" }],
    ["folds", { folds: 1000 }],
    ["threshold", { threshold: { precision: 2 } }],
  ])("rejects an invalid %s before any document is scored", async (option, options) => {
    const model = new NoisyOracle("oracle", 1);
    await expect(tune(data, { models: { model }, ...options, onWarning })).rejects.toMatchObject({ option });
    expect(model.pairs).toBe(0);
  });

  it("reuses the scores of evaluations, and rejects evaluations that lack some", async () => {
    const oracle = new NoisyOracle("oracle", 1);
    const collected = await collectStageScores(data, { models: { oracle }, depth: 30 });
    const options = { depth: 30, onWarning };
    const evaluation = await evaluate(new CrossEncoderReranker({ model: oracle }), data, options);
    const made = stagesFromEvaluations(data, { oracle: evaluation }, { depth: 30 });
    const values = (stages: StageScores) =>
      tuneStages(stages, data.qrels, { onWarning }).settings.map(({ mean }) => mean);
    expect(values(made)).toEqual(values(collected));
    expect(made.seconds).toBeCloseTo(evaluation.seconds.total, 9);
    const cut = await evaluate(new CrossEncoderReranker({ model: oracle, topN: 5 }), data, options);
    expect(() => stagesFromEvaluations(data, { oracle: cut }, { depth: 30 })).toThrow(/has no score for query/);
  });

  it("reuses the scores that a calibrated model had before its calibration", async () => {
    const oracle = Object.assign(new NoisyOracle("oracle", 1), { calibration: { slope: 2, intercept: -3 } });
    const collected = await collectStageScores(data, { models: { oracle }, depth: 30 });
    expect(collected.calibrations.get("oracle")).toBe(oracle.calibration);
    const options = { depth: 30, onWarning };
    const reranker = new CrossEncoderReranker({ model: oracle, details: true });
    const evaluation = await evaluate(reranker, data, options);
    const made = stagesFromEvaluations(data, { oracle: evaluation }, { depth: 30 });
    const [query] = collected.queries;
    expect(made.queries[0]!.models.get("oracle")!.raw).toEqual(query!.models.get("oracle")!.raw);
    expect(made.queries[0]!.models.get("oracle")!.scores).toEqual(query!.models.get("oracle")!.scores);
    expect(evaluation.scores.get(query!.id)!.get(query!.documents[0]!)).toBeLessThan(1);
  });

  it("compares with the hybrid's real defaults when both stages have a calibration", async () => {
    const curve = { slope: 1, intercept: -1 };
    const first = Object.assign(new NoisyOracle("first", 2), { calibration: curve });
    const model = Object.assign(new NoisyOracle("model", 1), { calibration: { slope: 3, intercept: -2 } });
    const tuned = await tune(data, { first: { first }, models: { model }, depth: 30, onWarning });
    const real = await evaluate(new HybridReranker({ firstStage: first, model }), data, {
      measures: ["nDCG@10"],
      depth: 30,
      onWarning,
    });
    const reference = tuned.references.find(({ kind }) => kind === "default-hybrid")!;
    expect(reference.mean).toBeCloseTo(real.measures.get("nDCG@10")!.mean, 12);
  });

  it("rejects scores that are not numbers and does not cache them", async () => {
    const cache = new Map<string, unknown>();
    const broken = { model: "broken", score: async () => [Number.NaN] };
    await expect(collectStageScores(smallDataset(), { models: { broken }, cache })).rejects.toMatchObject({
      name: "InvalidResponseError",
    });
    expect(cache.size).toBe(0);
  });
});
