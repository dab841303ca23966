import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { AiSdkCrossEncoder, createRerankingModel } from "../src/ai-sdk.js";
import { DecisionScorer } from "../src/decisions.js";
import * as evaluation from "../src/evaluation.js";
import { HttpCrossEncoder } from "../src/http.js";
import * as core from "../src/index.js";
import * as models from "../src/models.js";
import { OllamaCrossEncoder } from "../src/ollama.js";
import * as onnx from "../src/onnx.js";
import { StaticEmbeddings, StaticLateInteraction } from "../src/static.js";

/** What a caller without types passes where there are no options. */
const nothing = null as never;

const tiny = (name: string) => fileURLToPath(new URL(`fixtures/tiny-models/${name}`, import.meta.url));
const scorer: core.RelevanceScorer = { score: async (_, texts) => texts.map(() => 0) };
const documents = [{ pageContent: "a", metadata: {} }];
const reranker = new core.CrossEncoderReranker({ model: scorer });
const qrels = { q: { a: 1, b: 0 } };
const data = { queries: { q: "a" }, corpus: { a: "a", b: "b" }, qrels };

const CREATE: Record<string, () => unknown> = {
  CachedScorer: () => new core.CachedScorer(nothing),
  ContextPruner: () => new core.ContextPruner(nothing),
  CrossEncoderReranker: () => new core.CrossEncoderReranker(nothing),
  EmbeddingSimilarityReranker: () => new core.EmbeddingSimilarityReranker(nothing),
  HybridReranker: () => new core.HybridReranker(nothing),
  ScoredRetriever: () => new core.ScoredRetriever(nothing),
  "createScorer for the default": () => core.createScorer(undefined, nothing),
  "createScorer for a name": () => core.createScorer("late-en-v1", nothing),
  "createScorer for a static model": () => core.createScorer("static-en-v1", nothing),
  "createScorer for a provider": () => core.createScorer("cohere:rerank-v3.5", nothing),
  "createEmbeddings for a name": () => core.createEmbeddings("./model", nothing),
  "createEmbeddings for a static model": () => core.createEmbeddings("static-en-v1", nothing),
  OnnxCrossEncoder: () => new onnx.OnnxCrossEncoder(nothing),
  OnnxEmbeddings: () => new onnx.OnnxEmbeddings(nothing),
  OnnxLateInteraction: () => new onnx.OnnxLateInteraction(nothing),
  openOnnxScorer: () => onnx.openOnnxScorer(nothing, new AbortController().signal),
  configureBrowser: () => onnx.configureBrowser(nothing),
  StaticEmbeddings: () => new StaticEmbeddings(nothing),
  StaticLateInteraction: () => new StaticLateInteraction(nothing),
  HttpCrossEncoder: () => new HttpCrossEncoder(nothing),
  OllamaCrossEncoder: () => new OllamaCrossEncoder(nothing),
  AiSdkCrossEncoder: () => new AiSdkCrossEncoder(nothing),
  createRerankingModel: () => createRerankingModel(nothing),
  DecisionScorer: () => new DecisionScorer(nothing),
};

const CALL: Record<string, () => unknown> = {
  rerank: () => reranker.rerank(documents, "q", nothing),
  highlight: () => core.highlight("a", undefined, nothing),
  fromFts5: () => core.fromFts5([], nothing),
  fromMiniSearch: () => core.fromMiniSearch([], nothing),
  fromOrama: () => core.fromOrama([], nothing),
  listModels: () => models.listModels(nothing),
  downloadModel: () => models.downloadModel("Xenova/ms-marco-MiniLM-L-6-v2", nothing),
  evaluate: () => evaluation.evaluate(reranker, data, nothing),
  measureRun: () => evaluation.measureRun({}, qrels, ["RR"], nothing),
  compareRuns: () => evaluation.compareRuns({}, qrels, nothing),
  tune: () => evaluation.tune(data, nothing),
  "tune with a grid": () => evaluation.tune(data, { grid: nothing }),
  "tune with a threshold": () => evaluation.tune(data, { threshold: nothing }),
  chooseThreshold: () => evaluation.chooseThreshold({}, qrels, nothing),
  bootstrapInterval: () => evaluation.bootstrapInterval([1], nothing),
  pairedRandomizationTest: () => evaluation.pairedRandomizationTest([1], [2], nothing),
  defineMeasure: () => evaluation.defineMeasure(nothing),
  "defineMeasure with a name": () => evaluation.defineMeasure({ ...evaluation.RR, name: nothing, aliases: [] }),
  "measureRun with measures": () => evaluation.measureRun({ q: { a: 1 } }, qrels, nothing),
  readBeir: () => evaluation.readBeir("absent", nothing),
  readRun: () => evaluation.readRun([], nothing),
  formatRun: () => [...evaluation.formatRun({}, nothing)],
  writeRun: () => evaluation.writeRun("absent/run.trec", {}, nothing),
  "FileScoreCache.open": () => evaluation.FileScoreCache.open("absent/scores.jsonl", nothing),
  renderReport: () => evaluation.renderReport(nothing),
  "CachedScorer with a store": () => new core.CachedScorer({ model: scorer, instruction: "", store: nothing }),
};

describe("null instead of options", () => {
  it.each(Object.entries({ ...CREATE, ...CALL }))("is refused by %s with an InvalidOptionError", async (_, call) => {
    await expect((async () => call())()).rejects.toBeInstanceOf(core.InvalidOptionError);
  });
});

const SCORERS: Record<string, () => core.RelevanceScorer> = {
  "the default of createScorer": () => core.createScorer(),
  "createScorer with a name": () => core.createScorer("static-en-v1"),
  CachedScorer: () => new core.CachedScorer({ model: scorer }),
  OnnxCrossEncoder: () => new onnx.OnnxCrossEncoder({ model: tiny("bert-one-logit") }),
  OnnxLateInteraction: () => new onnx.OnnxLateInteraction({ model: tiny("colbert") }),
  ProgressiveLateInteraction: () => new onnx.ProgressiveLateInteraction({}),
  StaticLateInteraction: () => new StaticLateInteraction(),
  HttpCrossEncoder: () => new HttpCrossEncoder({ provider: "cohere", apiKey: "none" }),
  OllamaCrossEncoder: () => new OllamaCrossEncoder({ model: "m" }),
  AiSdkCrossEncoder: () => new AiSdkCrossEncoder({ model: "cohere/rerank-v3.5" }),
  DecisionScorer: () => new DecisionScorer({ provider: "openai", apiKey: "none", model: "m" }),
};

describe.each(Object.entries(SCORERS))("one call of %s", (_, create) => {
  it.each([
    ["null", null, "Invalid `options`: expected an object of options, got null."],
    ["a list", [], "Invalid `options`: expected an object of options, got an array of 0."],
    ["a signal that is none", { signal: "stop" }, 'Invalid `signal`: expected an AbortSignal, got "stop".'],
  ])("refuses %s as options", async (_, options, message) => {
    await expect(create().score("q", ["a"], options as never)).rejects.toMatchObject({
      ...{ name: "InvalidOptionError", message },
    });
  });
});

const LOADED = ["the default of createScorer", "OnnxCrossEncoder", "OnnxLateInteraction", "ProgressiveLateInteraction"];

it.each(LOADED)("load and modelVersion of %s refuse null as options", async (name) => {
  const message = "Invalid `options`: expected an object of options, got null.";
  await expect(SCORERS[name]!().load!(nothing)).rejects.toThrow(message);
  await expect((async () => SCORERS[name]!().modelVersion!(nothing))()).rejects.toThrow(message);
});

it.each([
  ["OnnxEmbeddings", () => new onnx.OnnxEmbeddings({ model: tiny("bert-encoder") })],
  ["StaticEmbeddings", () => new StaticEmbeddings()],
] as const)("%s refuses null as options of a call", async (_, create) => {
  const message = "Invalid `options`: expected an object of options, got null.";
  await expect(create().embedDocuments(["a"], nothing)).rejects.toThrow(message);
  await expect(create().embedQuery("a", nothing)).rejects.toThrow(message);
});

describe("null instead of input", () => {
  it.each<[string, () => unknown, string, string]>([
    ["evaluate", () => evaluation.evaluate(reranker, nothing), "InvalidInputError", "data"],
    ["tune", () => evaluation.tune(nothing), "InvalidInputError", "data"],
    ["tuneStages", () => evaluation.tuneStages(nothing, qrels), "InvalidInputError", "stages"],
    ["compareRuns", () => evaluation.compareRuns(nothing, qrels), "InvalidInputError", "runs"],
    ["bootstrapInterval", () => evaluation.bootstrapInterval(nothing), "InvalidInputError", "values"],
    ["pairedRandomizationTest", () => evaluation.pairedRandomizationTest([1], nothing), "InvalidInputError", "b"],
    ["fitCalibration", () => evaluation.fitCalibration(nothing, []), "InvalidInputError", "scores"],
    ["reliability", () => evaluation.reliability([], nothing), "InvalidInputError", "relevant"],
    ["readRun", () => evaluation.readRun(nothing), "InvalidInputError", "source"],
    ["findModel", () => models.findModel(nothing), "InvalidOptionError", "name"],
    ["getModel", () => models.getModel(nothing), "InvalidOptionError", "name"],
    ["downloadModel", () => models.downloadModel(nothing), "InvalidOptionError", "name"],
  ])("is named by %s", async (_, call, name, what) => {
    await expect((async () => call())()).rejects.toMatchObject({
      name,
      [name === "InvalidInputError" ? "input" : "option"]: what,
    });
  });
});

it("options of models that do not exist are named", async () => {
  expect(() => models.listModels({ langauge: "ja" } as never)).toThrow("Unknown option `langauge` of listModels.");
  expect(() => models.listModels({ kind: "reranker" as never })).toThrow("Invalid `kind`: expected one of");
  await expect(models.downloadModel("a/b", { cachedir: "x" } as never)).rejects.toThrow(
    "Unknown option `cachedir` of downloadModel.",
  );
});
