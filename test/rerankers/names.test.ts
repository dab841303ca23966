import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import { expect, it } from "vitest";
import {
  CachedScorer,
  ContextPruner,
  CrossEncoderReranker,
  EmbeddingSimilarityReranker,
  HybridReranker,
  type RelevanceScorer,
} from "../../src/index.js";
import { numbered } from "./scorers.js";

/** An object without a prototype, as a module is that was imported with `import * as`. */
const asModule = <T extends object>(members: T): T => Object.assign(Object.create(null), members);

const scorer = asModule<RelevanceScorer>({ score: async (_, texts) => texts.map((text) => text.length) });
const embeddings = asModule<EmbeddingsInterface>({
  embedQuery: async () => [1, 0],
  embedDocuments: async (texts) => texts.map(() => [1, 0]),
});

it.each([
  ["a scorer", new CrossEncoderReranker({ model: scorer }), "Object"],
  ["a cached scorer", new CrossEncoderReranker({ model: new CachedScorer({ model: scorer }) }), "Object"],
  ["embeddings", new EmbeddingSimilarityReranker({ embeddings }), "Object"],
  ["both stages of a hybrid", new HybridReranker({ embeddings, model: scorer }), "Object + Object"],
])("a module can be %s", async (_, reranker, model) => {
  const { documents, report } = await reranker.rerank(numbered([1, 2]), "q");
  expect(documents).toHaveLength(2);
  expect(report.model).toBe(model);
});

it("a module can be the scorer of a pruner", async () => {
  const pruner = new ContextPruner({ model: scorer, maxCharacters: 7 });
  const [pruned] = await pruner.compressDocuments(numbered([". Longer. Short"]), "q");
  expect(pruned!.pageContent).toBe("Longer.");
});

/** A scorer that keeps its session under `model`, which is not a name. */
class SessionScorer {
  readonly model = { session: "weights" };

  async score(_: string, texts: readonly string[]): Promise<number[]> {
    return texts.map((text) => text.length);
  }
}

it("a scorer whose `model` is not a name is reported under the name of its class", async () => {
  const model = new SessionScorer() as unknown as RelevanceScorer;
  const metadata: unknown[] = [];
  const { report } = await new CrossEncoderReranker({ model }).rerank(numbered([1]), "q", {
    callbacks: [{ handleChainStart: (...start) => void metadata.push(start[5]) }],
  });
  expect(report.model).toBe("SessionScorer");
  expect(metadata).toEqual([expect.objectContaining({ model: "SessionScorer" })]);
});
