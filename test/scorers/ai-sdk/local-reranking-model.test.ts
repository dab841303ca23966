import { Document } from "@langchain/core/documents";
import { rerank } from "ai";
import { describe, expect, it } from "vitest";
import { AiSdkCrossEncoder, createRerankingModel, type RerankingModelOptions } from "../../../src/ai-sdk.js";
import { CrossEncoderReranker } from "../../../src/index.js";
import type { RelevanceScorer, ScorerReport } from "../../../src/scorers/relevance-scorer.js";

/** Scores by the number of times that a text says "tea". */
const teaScorer = (report: ScorerReport = {}): RelevanceScorer => ({
  model: "tea",
  lowestScore: -1,
  score: async (_query, texts, options) => {
    options?.onReport?.(report);
    return texts.map((text) => text.match(/tea/g)?.length ?? 0);
  },
});

const DOCUMENTS = ["coffee", "tea tea", "", "tea"];

describe.each(["v3", "v4"] as const)("a reranking model of version %s", (specificationVersion) => {
  it("ranks texts, blank ones last, and cuts the list to `topN`", async () => {
    const model = createRerankingModel({ model: teaScorer(), specificationVersion });
    expect(model).toMatchObject({ specificationVersion, provider: "langchain-rerank", modelId: "tea" });
    const documents = { type: "text" as const, values: DOCUMENTS };
    const { ranking } = await model.doRerank({ documents, query: "tea" });
    expect(ranking).toEqual([
      { index: 1, relevanceScore: 2 },
      { index: 3, relevanceScore: 1 },
      { index: 0, relevanceScore: 0 },
      { index: 2, relevanceScore: -1 },
    ]);
    expect((await model.doRerank({ documents, query: "tea", topN: 1 })).ranking).toEqual([
      { index: 1, relevanceScore: 2 },
    ]);
  });

  it("can be used by AiSdkCrossEncoder", async () => {
    const scorer = new AiSdkCrossEncoder({ model: createRerankingModel({ model: teaScorer(), specificationVersion }) });
    expect(await scorer.score("tea", ["coffee", "tea tea"])).toEqual([0, 2]);
  });
});

it("works in `rerank` of the AI SDK with a bundled model", async () => {
  const model = createRerankingModel({ model: "static-en-v1" });
  const documents = ["a cat sleeps on the sofa", "how to brew green tea", "train timetable"];
  const { rerankedDocuments, ranking } = await rerank({ model, query: "brewing tea", documents, topN: 2 });
  expect(rerankedDocuments[0]).toBe("how to brew green tea");
  expect(ranking).toHaveLength(2);
  await model.dispose();
});

it("gives the probabilities that rerankers write to sim, and warns of a language that the model does not read", async () => {
  const texts = ["a cat sleeps on the sofa", "how to brew green tea", " "];
  const model = createRerankingModel({ model: "static-en-v1" });
  const { ranking } = await rerank({ model, query: "brewing tea", documents: texts });
  await using reranker = new CrossEncoderReranker({ model: "static-en-v1" });
  const documents = texts.map((pageContent) => new Document({ pageContent }));
  const ranked = await reranker.compressDocuments(documents, "brewing tea");
  expect(ranking.map(({ score }) => score)).toEqual(ranked.map(({ metadata }) => metadata.sim));
  const { warnings } = await model.doRerank({ documents: { type: "text", values: texts }, query: "緑茶のいれ方" });
  expect(warnings).toEqual([{ type: "other", message: expect.stringContaining("Japanese") }]);
  await model.dispose();
});

it("scores objects as JSON text", async () => {
  const model = createRerankingModel({ model: teaScorer() });
  const documents = [{ title: "coffee" }, { title: "tea" }];
  const { rerankedDocuments } = await rerank({ model, query: "tea", documents });
  expect(rerankedDocuments[0]).toEqual({ title: "tea" });
});

it("passes warnings and truncation on", async () => {
  const model = createRerankingModel({
    model: teaScorer({ warnings: ["All scores are equal."], truncated: [true, false], queryTruncated: true }),
  });
  const { warnings } = await model.doRerank({ documents: { type: "text", values: ["a", "b"] }, query: "q" });
  expect(warnings.map(({ message }) => message)).toEqual([
    "All scores are equal.",
    "1 of 2 documents were cut to fit the model.",
    "The query was cut to fit the model.",
  ]);
});

it("stops with the reason of an aborted signal, and refuses scores that are not finite", async () => {
  const broken = createRerankingModel({ model: { score: async () => [Number.NaN] } });
  const documents = { type: "text" as const, values: ["a"] };
  await expect(broken.doRerank({ documents, query: "q" })).rejects.toMatchObject({ name: "InvalidResponseError" });
  const slow = createRerankingModel({
    model: {
      score: async (_query, _texts, options) => {
        options?.signal?.throwIfAborted();
        return [1];
      },
    },
  });
  await expect(slow.doRerank({ documents, query: "q", abortSignal: AbortSignal.abort("left") })).rejects.toBe("left");
});

it.each<[object, string]>([
  [{ model: 7 }, "model"],
  [{ specificationVersion: "v2" }, "specificationVersion"],
  [{ topN: 3 }, "topN"],
])("refuses the options %j", (options, option) => {
  expect(() => createRerankingModel(options as RerankingModelOptions)).toThrow(
    expect.objectContaining({ name: "InvalidOptionError", option }),
  );
});

it.each([[[1]], [[1, 2, 3]], [undefined]])("refuses the answer %j of a scorer for two texts", async (wrong) => {
  const model = createRerankingModel({ model: { score: async () => wrong as number[] } });
  const documents = { type: "text" as const, values: ["a", "b"] };
  await expect(model.doRerank({ documents, query: "q" })).rejects.toThrow(/2 texts were sent, but .* scores came back/);
});
