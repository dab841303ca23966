import { Document } from "@langchain/core/documents";
import { describe, expect, it } from "vitest";
import { tune } from "../../src/evaluation.js";
import { HttpCrossEncoder } from "../../src/http.js";
import {
  CrossEncoderReranker,
  HybridReranker,
  type HybridRerankerInput,
  type RelevanceScorer,
} from "../../src/index.js";
import { smallDataset } from "../evaluation/small-data.js";
import { EndNumber, numbered } from "./scorers.js";

const jina = () => new HttpCrossEncoder({ provider: "jina", model: "jina-reranker-v3", apiKey: "jina_0123456789" });

/** A model of which only its server knows that it is listwise. */
const unknown: RelevanceScorer = {
  model: "served",
  score: async (_query, texts, options) => {
    options?.onReport?.({ scoresHoldWithinRequest: true });
    return texts.map((_, i) => i);
  },
};
const documents = numbered(
  Array.from({ length: 12 }, (_, i) => i % 10),
  { score: 1 },
);
const rerank = (options: HybridRerankerInput) =>
  new HybridReranker({ firstStageKey: "score", ...options }).rerank(documents, "q");

describe("a listwise model, whose scores hold within one request", () => {
  it.each([0, 1])("is refused as stage %i of a cascade before anything is asked", (index) => {
    const cascade = [
      { model: new EndNumber(), topK: 10 },
      { model: new EndNumber(), topK: 5 },
    ].map((stage, i) => (i === index ? { ...stage, model: jina() } : stage));
    expect(() => new HybridReranker({ cascade })).toThrow(
      expect.objectContaining({ name: "InvalidOptionError", option: `cascade[${index}].model` }),
    );
  });

  it("is refused with a budget, which scores documents in several requests", () => {
    expect(() => new HybridReranker({ model: jina(), budget: 500 })).toThrow(
      expect.objectContaining({
        name: "InvalidOptionError",
        option: "budget",
        message: expect.stringMatching(/^The scores of jina:/),
      }),
    );
  });

  it("is refused at the first call if only its server knows that it is listwise", async () => {
    await expect(rerank({ model: unknown, budget: 60_000 })).rejects.toMatchObject({
      name: "InvalidOptionError",
      option: "budget",
    });
    const cascade = [
      { model: new EndNumber(), topK: 10 },
      { model: unknown, topK: 5 },
    ];
    await expect(rerank({ cascade })).rejects.toMatchObject({
      name: "InvalidOptionError",
      option: "cascade[1].model",
    });
  });

  it("may be the only model of a hybrid or a reranker, and the report says so", async () => {
    expect(() => new HybridReranker({ model: jina() })).not.toThrow();
    for (const options of [{ model: unknown }, { cascade: [{ model: unknown, topK: 20 }] }]) {
      const { report } = await rerank(options);
      expect(report).toMatchObject({ scoresHoldWithinRequest: true, reranked: 12 });
    }
    const { report } = await new CrossEncoderReranker({ model: unknown }).rerank(
      [new Document({ pageContent: "a" })],
      "q",
    );
    expect(report.scoresHoldWithinRequest).toBe(true);
  });

  it("is refused by tune, which tries depths at which it would give other scores", async () => {
    for (const model of [jina(), unknown]) {
      await expect(tune(smallDataset(), { models: { model }, onWarning: () => {} })).rejects.toMatchObject({
        name: "InvalidOptionError",
        message: /cannot be tuned, because its scores depend on the other texts/,
      });
    }
  });
});
