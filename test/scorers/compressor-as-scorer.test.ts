import { expect, it } from "vitest";
import { createRerankingModel } from "../../src/ai-sdk.js";
import { CachedScorer, ContextPruner, CrossEncoderReranker, HybridReranker } from "../../src/index.js";
import { EndNumber, numbered } from "../rerankers/scorers.js";

const inner = new CrossEncoderReranker({ model: new EndNumber() });
const compressor = inner as never;

it.each([
  ["CrossEncoderReranker", "model", () => new CrossEncoderReranker({ model: compressor })],
  ["HybridReranker", "model", () => new HybridReranker({ model: compressor })],
  ["HybridReranker", "cascade[0].model", () => new HybridReranker({ cascade: [{ model: compressor, topK: 5 }] })],
  ["HybridReranker", "firstStage", () => new HybridReranker({ firstStage: compressor })],
  ["ContextPruner", "model", () => new ContextPruner({ model: compressor })],
  ["CachedScorer", "model", () => new CachedScorer({ model: compressor })],
  ["createRerankingModel", "model", () => createRerankingModel({ model: compressor })],
])("%s refuses a reranker as `%s` and names where it can be", (_owner, option, create) => {
  expect(create).toThrow(
    expect.objectContaining({
      name: "InvalidOptionError",
      option,
      message: expect.stringContaining("`firstStage: { fuse: [...] }`"),
    }),
  );
});

it("a reranker can be fused, and a pruner is no scorer either", async () => {
  const hybrid = new HybridReranker({ firstStage: { fuse: [inner, new EndNumber()] }, model: new EndNumber() });
  expect(await hybrid.compressDocuments(numbered([1, 2]), "q")).toHaveLength(2);
  const pruner = new ContextPruner({ model: new EndNumber() }) as never;
  expect(() => new CrossEncoderReranker({ model: pruner })).toThrow("cannot be a document compressor");
});
