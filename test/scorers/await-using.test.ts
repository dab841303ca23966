import { fileURLToPath } from "node:url";
import {
  OnnxCrossEncoder,
  OnnxEmbeddings,
  OnnxLateInteraction,
  ProgressiveLateInteraction,
} from "langchain-rerank/onnx";
import { StaticEmbeddings, StaticLateInteraction } from "langchain-rerank/static";
import { describe, expect, it, vi } from "vitest";
import { createRerankingModel } from "../../src/ai-sdk.js";
import {
  CachedScorer,
  ContextPruner,
  CrossEncoderReranker,
  createEmbeddings,
  createScorer,
  EmbeddingSimilarityReranker,
  HybridReranker,
  type RelevanceScorer,
} from "../../src/index.js";

const model = fileURLToPath(new URL("../fixtures/tiny-models/colbert", import.meta.url));
const embeddings = { embedQuery: async () => [1], embedDocuments: async (texts: string[]) => texts.map(() => [1]) };

const OPEN: Record<string, () => unknown> = {
  CachedScorer: () => new CachedScorer({ model: new StaticLateInteraction() }),
  ContextPruner: () => new ContextPruner(),
  createEmbeddings: () => createEmbeddings("static-en-v1"),
  createRerankingModel: () => createRerankingModel(),
  createScorer: () => createScorer(),
  CrossEncoderReranker: () => new CrossEncoderReranker(),
  EmbeddingSimilarityReranker: () => new EmbeddingSimilarityReranker({ embeddings }),
  HybridReranker: () => new HybridReranker({ firstStageKey: "score" }),
  OnnxCrossEncoder: () => new OnnxCrossEncoder({ model }),
  OnnxEmbeddings: () => new OnnxEmbeddings({ model }),
  OnnxLateInteraction: () => new OnnxLateInteraction({ model }),
  ProgressiveLateInteraction: () => new ProgressiveLateInteraction({}),
  StaticEmbeddings: () => new StaticEmbeddings(),
  StaticLateInteraction: () => new StaticLateInteraction(),
};

describe("the end of an `await using` scope", () => {
  it.each(Object.entries(OPEN))("calls `dispose` of %s", async (_, open) => {
    const opened = (await open()) as AsyncDisposable & { dispose(): Promise<void> };
    const dispose = vi.spyOn(opened, "dispose");
    {
      await using _scope = opened;
    }
    expect(dispose).toHaveBeenCalledTimes(1);
  });

  it("frees the memory of a CachedScorer and the scorer behind it, once each", async () => {
    const dispose = vi.fn(async () => undefined);
    const scorer: RelevanceScorer = { score: async (_, texts) => texts.map(() => 1), dispose };
    const cached = new CachedScorer({ model: scorer });
    {
      await using scope = cached;
      await scope.score("q", ["a"]);
    }
    expect(dispose).toHaveBeenCalledTimes(1);
    let misses = 0;
    await cached.score("q", ["a"], { onReport: ({ scoreCache }) => (misses = scoreCache!.misses) });
    expect(misses).toBe(1);
  });

  it("leaves a scorer alone that was passed to createRerankingModel", async () => {
    const dispose = vi.fn(async () => undefined);
    {
      await using _scope = createRerankingModel({ model: { score: async (_, texts) => texts.map(() => 1), dispose } });
    }
    expect(dispose).not.toHaveBeenCalled();
  });
});
