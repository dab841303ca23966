import { getEventListeners } from "node:events";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import {
  BackendError,
  CrossEncoderReranker,
  EmbeddingSimilarityReranker,
  HybridReranker,
  type RelevanceScorer,
} from "../../src/index.js";
import { collectProcessWarnings } from "../support/process-warnings.js";
import { EndNumber, ids, numbered } from "./scorers.js";

const embeddings = { embedQuery: async () => [1], embedDocuments: async (texts: string[]) => texts.map(() => [1]) };

describe("10,000 calls of one reranker that share one signal", () => {
  const warnings = collectProcessWarnings();

  it.each([
    ["CrossEncoderReranker", () => new CrossEncoderReranker({ model: new EndNumber(), timeout: 60_000 })],
    ["HybridReranker", () => new HybridReranker({ firstStageKey: "score", model: new EndNumber(), budget: 60_000 })],
    ["EmbeddingSimilarityReranker", () => new EmbeddingSimilarityReranker({ embeddings })],
  ])("leave no listener behind and cause no process warning in %s", async (_name, make) => {
    const { signal } = new AbortController();
    const reranker = make();
    const documents = numbered([1, 2], { score: 1 });
    const calls = Array.from({ length: 10_000 }, () => reranker.rerank(documents, "q", { signal }));
    expect(getEventListeners(signal, "abort").length).toBeLessThanOrEqual(1);
    await Promise.all(calls);
    expect(getEventListeners(signal, "abort")).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings).toEqual([]);
  });
});

describe("details as a call option", () => {
  it("override the constructor's option in both directions", async () => {
    const plain = new CrossEncoderReranker({ model: new EndNumber() });
    const detailed = new CrossEncoderReranker({ model: new EndNumber(), details: true });
    const [withDetails] = (await plain.rerank(numbered([1]), "q", { details: true })).documents;
    expect(withDetails!.metadata.rerank).toEqual({ rank: 1, firstRank: 1, scores: { cross: 1 } });
    const [without] = (await detailed.rerank(numbered([1]), "q", { details: false })).documents;
    expect(without!.metadata).toEqual({ sim: 1 });
  });

  it("are refused with an InvalidOptionError if they are not a boolean", async () => {
    const call = new CrossEncoderReranker({ model: new EndNumber() }).rerank([], "q", { details: 1 as never });
    await expect(call).rejects.toMatchObject({ name: "InvalidOptionError", option: "details" });
  });
});

describe("console.log of a reranker", () => {
  it("shows class, model and options", () => {
    const reranker = new CrossEncoderReranker({ model: "late-en-v1", topN: 3, threshold: 0.5 });
    const shown = inspect(reranker, { breakLength: 1000 });
    expect(shown).toMatch(/^CrossEncoderReranker \{ model: 'late-en-v1', topN: 3, threshold: 0\.5, scoreKey: 'sim', /);
    expect(inspect({ reranker })).toContain("model: 'late-en-v1'");
    const hybrid = new HybridReranker({ firstStageKey: "score", model: new EndNumber(), topK: 7 });
    expect(inspect(hybrid, { breakLength: 1000 })).toMatch(
      /^HybridReranker \{ model: 'metadata\.score \+ end-number',.*topK: 7/,
    );
  });

  it("shows no API key of its model or embeddings", () => {
    const secret = { ...embeddings, apiKey: "sk-secret" };
    expect(inspect(new EmbeddingSimilarityReranker({ embeddings: secret }), { depth: 9 })).not.toContain("sk-secret");
    const scorer: RelevanceScorer & { apiKey: string } = { apiKey: "sk-secret", score: async () => [] };
    expect(inspect(new CrossEncoderReranker({ model: scorer }), { depth: 9 })).not.toContain("sk-secret");
  });
});

describe("dispose of a reranker", () => {
  it("exists on every reranker, as a method and for `await using`, and leaves passed-in models open", async () => {
    let disposed = 0;
    const model: RelevanceScorer = {
      score: async (_query, texts) => texts.map(() => 1),
      dispose: async () => {
        disposed += 1;
      },
    };
    for (const reranker of [
      new CrossEncoderReranker({ model }),
      new HybridReranker({ firstStage: model, model }),
      new EmbeddingSimilarityReranker({ embeddings }),
    ]) {
      await reranker.dispose();
      await reranker[Symbol.asyncDispose]();
      expect(ids(await reranker.compressDocuments(numbered([1]), "q"))).toEqual(["d0"]);
    }
    expect(disposed).toBe(0);
  });

  it("ends running calls of a reranker that created its model", async () => {
    const reranker = new CrossEncoderReranker({ model: "static-en-v1" });
    const call = reranker.rerank(numbered([1]), "q").catch((error) => error);
    await reranker.dispose();
    expect(await call).toBeInstanceOf(BackendError);
    expect((await reranker.rerank(numbered([1]), "a text")).documents).toHaveLength(1);
  });
});

describe("a blank document", () => {
  it.each([
    ["CrossEncoderReranker", () => new CrossEncoderReranker({ model: new EndNumber() })],
    [
      "EmbeddingSimilarityReranker by dot product",
      () => new EmbeddingSimilarityReranker({ embeddings, similarity: "dot" }),
    ],
    [
      "EmbeddingSimilarityReranker by distance",
      () => new EmbeddingSimilarityReranker({ embeddings, similarity: "euclidean" }),
    ],
    ["HybridReranker", () => new HybridReranker({ embeddings, model: new EndNumber() })],
  ])("gets a score from %s that a 32-bit float holds, below all others", async (_name, make) => {
    const documents = numbered([-1000, 2]);
    documents.push(...numbered([""]).map((document) => Object.assign(document, { pageContent: " ", id: "blank" })));
    const result = await make().compressDocuments(documents, "q");
    expect(result.at(-1)!.id).toBe("blank");
    const [lowest, next] = result
      .slice(-2)
      .reverse()
      .map(({ metadata }) => Math.fround(metadata.sim as number));
    expect(Number.isFinite(lowest)).toBe(true);
    expect(lowest).toBeLessThan(next!);
  });
});
