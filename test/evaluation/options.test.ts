import { describe, expect, it } from "vitest";
import {
  bootstrapInterval,
  compareRuns,
  evaluate,
  FileScoreCache,
  formatRun,
  measureRun,
  pairedRandomizationTest,
  readBeir,
  readCorpus,
  readQrels,
  readQueries,
  readRun,
  tune,
  tuneStages,
  writeRun,
} from "../../src/evaluation.js";
import { CrossEncoderReranker } from "../../src/index.js";
import { madeDataset, madeStages } from "./made-data.js";
import { smallDataset, WordOverlap } from "./small-data.js";

const data = smallDataset();
const words = new WordOverlap();
const reranker = new CrossEncoderReranker({ model: words });
const { run, qrels } = data as Required<typeof data>;

const FUNCTIONS: Record<string, (options: object) => unknown> = {
  evaluate: (options) => evaluate(reranker, data, options),
  measureRun: (options) => measureRun(run, qrels, ["RR"], options),
  compareRuns: (options) => compareRuns({ run }, qrels, options),
  tune: (options) => tune(data, { models: { words }, ...options }),
  bootstrapInterval: (options) => bootstrapInterval([1, 2], options),
  pairedRandomizationTest: (options) => pairedRandomizationTest([1], [2], options),
  readBeir: (options) => readBeir("absent", options),
  readCorpus: (options) => readCorpus(["{}"], options),
  readQueries: (options) => readQueries(["{}"], options),
  readQrels: (options) => readQrels(["q 0 d 1"], options),
  readRun: (options) => readRun(["q Q0 d 1 1 tag"], options),
  formatRun: (options) => [...formatRun(run, options)],
  writeRun: (options) => writeRun("absent/run.trec", run, options),
  "FileScoreCache.open": (options) => FileScoreCache.open("absent/scores.jsonl", options),
};

describe("options of langchain-rerank/evaluation", () => {
  it.each(Object.keys(FUNCTIONS))("%s rejects an option that it does not have", async (name) => {
    const call = async () => FUNCTIONS[name]!({ sead: 1 });
    await expect(call()).rejects.toThrow(`Unknown option \`sead\` of ${name}.`);
  });

  it("tuneStages rejects an option that it does not have", async () => {
    const made = await madeDataset();
    expect(() => tuneStages(madeStages(made), made.qrels, { depth: 10 } as object)).toThrow(
      /Unknown option `depth` of tuneStages/,
    );
  });

  it.each<[string, object, string]>([
    ["evaluate", { concurrency: 0 }, "Invalid `concurrency`: expected a positive integer, got 0."],
    ["evaluate", { depth: 1.5 }, "Invalid `depth`: expected a positive integer, got 1.5."],
    ["evaluate", { cache: {} }, "Invalid `cache`: expected a cache with the methods get and set, got"],
    ["evaluate", { signal: 1 }, "Invalid `signal`: expected an AbortSignal, got 1."],
    ["measureRun", { ignoreIdenticalIds: "yes" }, "Invalid `ignoreIdenticalIds`: expected true or false"],
    ["compareRuns", { confidence: 1 }, "Invalid `confidence`: expected a number between 0 and 1, exclusive, got 1."],
    ["compareRuns", { permutations: 5 }, "Invalid `permutations`: expected an integer, 100 or more, got 5."],
    ["tune", { holdout: 2 }, "Invalid `holdout`: expected a number between 0 and 1, exclusive, got 2."],
    ["tune", { within: -1 }, "Invalid `within`: expected a number of at least 0 and below 1, got -1."],
  ])("%s rejects %j in a sentence", async (name, options, message) => {
    const call = async () => FUNCTIONS[name]!(options);
    await expect(call()).rejects.toThrow(message);
    await expect(call()).rejects.toMatchObject({ name: "InvalidOptionError" });
  });
});
