import { HydeRetriever } from "@langchain/classic/retrievers/hyde";
import { MatryoshkaRetriever } from "@langchain/classic/retrievers/matryoshka_retriever";
import { ScoreThresholdRetriever } from "@langchain/classic/retrievers/score_threshold";
import { FunctionalTranslator, SelfQueryRetriever } from "@langchain/classic/retrievers/self_query";
import { TimeWeightedVectorStoreRetriever } from "@langchain/classic/retrievers/time_weighted";
import { MemoryVectorStore } from "@langchain/classic/vectorstores/memory";
import { Document } from "@langchain/core/documents";
import type { Embeddings } from "@langchain/core/embeddings";
import { BaseRetriever } from "@langchain/core/retrievers";
import { RunnableLambda } from "@langchain/core/runnables";
import { StructuredQuery } from "@langchain/core/structured_query";
import { FakeListChatModel } from "@langchain/core/utils/testing";
import { VectorStoreRetriever } from "@langchain/core/vectorstores";
import { describe, expect, it } from "vitest";
import { HybridReranker, InvalidOptionError, ScoredRetriever, type ScoredRetrieverInput } from "../../src/index.js";
import { EndNumber, ids } from "../rerankers/scorers.js";
import { planeEmbeddings } from "../support/plane-embeddings.js";

const NAMES = ["same", "near", "orth", "opposite"];
const documents = NAMES.map((name) => new Document({ pageContent: name, id: name, metadata: { name } }));

async function memoryStore() {
  const store = new MemoryVectorStore(planeEmbeddings);
  await store.addDocuments(documents);
  return store;
}

/** A store that returns fixed scores under the name of another, with that store's settings. */
function fakeStore(type: string, scores: readonly unknown[], settings: object = {}) {
  return {
    ...settings,
    _vectorstoreType: () => type,
    asked: [] as unknown[][],
    async similaritySearchWithScore(...asked: unknown[]) {
      this.asked.push(asked);
      return scores.map((score, i) => [documents[i]!, score]);
    },
  };
}
type Store = NonNullable<ScoredRetrieverInput["store"]>;
const scored = (options: object) => new ScoredRetriever(options as ScoredRetrieverInput);
const scoresOf = async (options: object, key = "score") =>
  (await scored(options).invoke("query")).map(({ metadata }) => metadata[key]);

class FixedRetriever extends BaseRetriever {
  lc_namespace = ["test"];

  constructor(readonly metadata_: readonly Record<string, unknown>[]) {
    super();
  }

  override async _getRelevantDocuments() {
    return this.metadata_.map((metadata, i) => new Document({ pageContent: `text ${i}`, id: `d${i}`, metadata }));
  }
}

describe("ScoredRetriever over MemoryVectorStore", () => {
  it("keeps the cosine of every document, in the store's order, without changing the stored documents", async () => {
    const store = await memoryStore();
    const found = await new ScoredRetriever({ store, k: 4 }).invoke("query");
    expect(ids(found)).toEqual(NAMES);
    expect(found.map(({ metadata }) => metadata.score)).toEqual([1, expect.closeTo(0.6, 12), 0, -1]);
    expect(documents[0]!.metadata).toEqual({ name: "same" });
  });

  it("asks for 4 documents by default, and writes the score under another key", async () => {
    expect(await scoresOf({ store: await memoryStore(), key: "cosine" }, "cosine")).toHaveLength(4);
    expect(await scoresOf({ store: await memoryStore(), k: 1 })).toEqual([1]);
  });

  it("uses k and filter of the store's own retriever, and refuses one that searches by mmr", async () => {
    const store = await memoryStore();
    const retriever = store.asRetriever({ k: 2, filter: ({ pageContent }) => pageContent !== "same" });
    expect(ids(await new ScoredRetriever({ retriever }).invoke("query"))).toEqual(["near", "orth"]);
    expect(() => new ScoredRetriever({ retriever: store.asRetriever({ searchType: "mmr" }) })).toThrow(/mmr/);
  });

  it("feeds a hybrid whose first stage is the store's score, without a warning", async () => {
    const retriever = new ScoredRetriever({ store: await memoryStore(), k: 4 });
    const reranker = new HybridReranker({ firstStageKey: "score", model: new EndNumber(), alpha: 0 });
    const { documents: ranked, report } = await reranker.rerank(await retriever.invoke("query"), "query");
    expect(ids(ranked)).toEqual(NAMES);
    expect(report.warnings).toBeUndefined();
  });
});

describe("ScoredRetriever over a store of a known type", () => {
  it.each<[string, object, number]>([
    ["pgvector", {}, -0.4],
    ["pgvector", { distanceStrategy: "euclidean", scoreNormalization: "distance" }, -0.4],
    ["pgvector", { scoreNormalization: "similarity" }, 0.4],
    ["chroma", {}, -0.4],
    ["chroma", { collectionMetadata: { "hnsw:space": "ip" } }, -0.4],
    ["milvus", { indexCreateParams: { metric_type: "cosine" } }, 0.4],
    ["milvus", { indexCreateParams: { metric_type: "L2" } }, -0.4],
    ["milvus", { indexCreateParams: { metric_type: "IP" } }, 0.4],
    ["milvus", { indexCreateParams: { metric_type: "COSINE" } }, 0.4],
    ["libsql", {}, -0.4],
    ["hnswlib", { args: { space: "l2" } }, -0.4],
    ["faiss", {}, -0.4],
    ["usearch", {}, -0.4],
    ["typesense", {}, -0.4],
    ["clickhouse", {}, -0.4],
    ["mariadb", {}, -0.4],
    ["turbopuffer", {}, -0.4],
    ["supabase", {}, 0.4],
    ["upstash", {}, 0.4],
    ["elasticsearch", {}, 0.4],
    ["opensearch", {}, 0.4],
    ["cassandra", {}, 0.4],
    ["azure_aisearch", {}, 0.4],
    ["neo4jvector", {}, 0.4],
    ["qdrant", { collectionConfig: { vectors: { distance: "Cosine" } } }, 0.4],
    ["qdrant", { collectionConfig: { vectors: { distance: "Euclid" } } }, -0.4],
    ["singlestore", { distanceMetric: "DOT_PRODUCT" }, 0.4],
    ["singlestore", { distanceMetric: "EUCLIDEAN_DISTANCE" }, -0.4],
  ])("%s with %j turns a score of 0.4 into %d", async (type, settings, expected) => {
    expect(await scoresOf({ store: fakeStore(type, [0.4], settings) })).toEqual([expected]);
  });

  it("reads LanceDB's distance from the metadata, since its score is undefined", async () => {
    const store = {
      _vectorstoreType: () => "lancedb",
      similaritySearchWithScore: async () => [
        [new Document({ pageContent: "a", metadata: { _distance: 0.8, _score: 0.9 } }), undefined],
      ],
    };
    expect(await scoresOf({ store })).toEqual([-0.8]);
  });

  it.each([
    ["pgvector", {}, -1],
    ["pgvector", { scoreNormalization: "similarity" }, 0.5],
    ["libsql", {}, -1],
  ])(
    "scores a zero vector of %s with %j, whose score is NaN or null, like an orthogonal one",
    async (type, settings, expected) => {
      for (const score of [Number.NaN, null])
        expect(await scoresOf({ store: fakeStore(type, [score], settings) })).toEqual([expected]);
    },
  );

  it("never writes -0", async () => {
    expect(Object.is((await scoresOf({ store: fakeStore("chroma", [0]) }))[0], 0)).toBe(true);
  });

  it.each(["lancedb", "faiss", "usearch"])(
    "refuses the retriever of a %s store with a filter, which that store ignores, and takes it without one",
    (type) => {
      const retriever = { vectorStore: fakeStore(type, [0.4]), k: 1, invoke: async () => [] };
      const call = () => scored({ retriever: { ...retriever, filter: { language: "de" } } });
      expect(call).toThrow(InvalidOptionError);
      expect(call).toThrow(`The ${type} store ignores filters`);
      expect(scored({ retriever })).toBeInstanceOf(ScoredRetriever);
    },
  );

  it("passes query, k and filter to the store", async () => {
    const store = fakeStore("memory", [1]);
    await scored({ store, k: 7 }).invoke("query");
    expect(store.asked[0]!.slice(0, 3)).toEqual(["query", 7, undefined]);
  });
});

describe("ScoredRetriever over a store that it does not know", () => {
  it.each<[string, object]>([
    ["another type", fakeStore("brand-new", [1])],
    ["a type named like a property of every object", fakeStore("constructor", [1])],
    ["Milvus with options but no metric", fakeStore("milvus", [1], { indexCreateParams: { index_type: "FLAT" } })],
    ["Milvus with an unknown metric", fakeStore("milvus", [1], { indexCreateParams: { metric_type: "BM26" } })],
    ["Qdrant with an existing collection", fakeStore("qdrant", [1])],
    ["SingleStore without a metric", fakeStore("singlestore", [1])],
  ])("throws an InvalidOptionError that names higherIsBetter: %s", (_name, store) => {
    expect(() => scored({ store })).toThrow(
      expect.objectContaining({
        name: "InvalidOptionError",
        option: "higherIsBetter",
        message: expect.stringContaining("Set `higherIsBetter` to true for similarities, or to false for distances"),
      }),
    );
  });

  it("uses the score as it is, or negated, once higherIsBetter says which", async () => {
    expect(await scoresOf({ store: fakeStore("brand-new", [0.4]), higherIsBetter: true })).toEqual([0.4]);
    expect(await scoresOf({ store: fakeStore("brand-new", [0.4]), higherIsBetter: false })).toEqual([-0.4]);
    expect(await scoresOf({ store: fakeStore("chroma", [0.4]), higherIsBetter: true })).toEqual([0.4]);
  });

  it.each([undefined, null, "0.5", Number.NaN])(
    "rejects with an InvalidResponseError if a score is %s",
    async (score) => {
      const call = scoresOf({ store: fakeStore("memory", [1, score]) });
      await expect(call).rejects.toMatchObject({
        name: "InvalidResponseError",
        message: expect.stringContaining("document 1"),
      });
    },
  );
});

describe("ScoredRetriever over a retriever that leaves a score in the metadata", () => {
  it.each<[string, Record<string, unknown>, number]>([
    ["bm25Score", { bm25Score: 1.5 }, 1.5],
    ["_distance", { _distance: 0.8 }, -0.8],
    ["_relevance_score before _score", { _relevance_score: 0.03, _score: 0.2 }, 0.03],
    ["relevance_score", { relevance_score: 0.7 }, 0.7],
  ])("copies %s, higher is better", async (_name, metadata, expected) => {
    const retriever = new FixedRetriever([metadata]);
    expect(await scoresOf({ retriever })).toEqual([expected]);
  });

  it("asks for higherIsBetter if only the key itself is there, and for a score if there is none", async () => {
    const retriever = new FixedRetriever([{ score: 3 }]);
    await expect(scoresOf({ retriever })).rejects.toMatchObject({
      name: "InvalidOptionError",
      option: "higherIsBetter",
    });
    expect(await scoresOf({ retriever, higherIsBetter: false })).toEqual([-3]);
    const call = scoresOf({ retriever: new FixedRetriever([{ other: 3 }]) });
    await expect(call).rejects.toMatchObject({ name: "InvalidResponseError", backend: "FixedRetriever" });
  });

  it("rejects if one of the documents has no score, and returns [] for no documents", async () => {
    const call = scoresOf({ retriever: new FixedRetriever([{ bm25Score: 1 }, {}]) });
    await expect(call).rejects.toMatchObject({
      backend: "FixedRetriever",
      message: expect.stringMatching(/^Invalid response from FixedRetriever: .*document 1/),
    });
    expect(await scoresOf({ retriever: new FixedRetriever([]) })).toEqual([]);
  });
});

describe("options of ScoredRetriever", () => {
  it.each<[string, object, string]>([
    ["neither store nor retriever", {}, "store"],
    ["both", { store: fakeStore("memory", []), retriever: new FixedRetriever([]) }, "store"],
    ["no options", undefined as never, "store"],
    ["a store without scores", { store: { similaritySearch: () => [] } }, "store"],
    ["a retriever that is none", { retriever: {} }, "retriever"],
    ["k with a retriever", { retriever: new FixedRetriever([]), k: 3 }, "k"],
    ["k 0", { store: fakeStore("memory", []), k: 0 }, "k"],
    ["an empty key", { store: fakeStore("memory", []), key: "" }, "key"],
    ["higherIsBetter as a string", { store: fakeStore("memory", []), higherIsBetter: "yes" }, "higherIsBetter"],
    ["an unknown option", { store: fakeStore("memory", []), filter: {} }, "filter"],
  ])("are refused with an InvalidOptionError: %s", (_name, options, option) => {
    expect(() => scored(options)).toThrow(InvalidOptionError);
    expect(() => scored(options)).toThrow(expect.objectContaining({ option }));
  });

  it("include those of every LangChain retriever, and it is traced as one", async () => {
    const names: string[] = [];
    const retriever = scored({ store: fakeStore("memory", [1]) as unknown as Store, tags: ["mine"] });
    await retriever.invoke("query", {
      callbacks: [
        { handleRetrieverStart: (chain, _query, _run, _parent, tags) => void names.push(`${chain.id.at(-1)} ${tags}`) },
      ],
    });
    expect(names).toEqual(["ScoredRetriever mine"]);
  });
});

describe("a retriever that searches its store in its own way", () => {
  const llm = new FakeListChatModel({ responses: ["near"] });
  /** With what some of the retrievers need. */
  const stored = documents.map(
    ({ pageContent }, index) =>
      new Document({ pageContent, metadata: { large: "[1, 0]", buffer_idx: index, last_accessed_at: 0 } }),
  );
  const makers: [string, (store: MemoryVectorStore) => BaseRetriever][] = [
    ["HydeRetriever", (vectorStore) => new HydeRetriever({ vectorStore, llm, k: 1 })],
    [
      "ScoreThresholdRetriever",
      (vectorStore) => ScoreThresholdRetriever.fromVectorStore(vectorStore, { minSimilarityScore: 0.9 }),
    ],
    [
      "MatryoshkaRetriever",
      (vectorStore) => {
        const largeEmbeddingModel = planeEmbeddings as Embeddings;
        return new MatryoshkaRetriever({ vectorStore, largeEmbeddingModel, largeEmbeddingKey: "large", largeK: 1 });
      },
    ],
    [
      "SelfQueryRetriever",
      (vectorStore) => {
        const queryConstructor = RunnableLambda.from(() => new StructuredQuery("near"));
        const structuredQueryTranslator = new FunctionalTranslator();
        return new SelfQueryRetriever({ vectorStore, queryConstructor, structuredQueryTranslator });
      },
    ],
    [
      "TimeWeightedVectorStoreRetriever",
      (vectorStore) => new TimeWeightedVectorStoreRetriever({ vectorStore, memoryStream: stored }),
    ],
  ];

  it.each(makers)("is not bypassed: %s", async (_, make) => {
    const store = new MemoryVectorStore(planeEmbeddings);
    await store.addDocuments(stored);
    const retriever = make(store);
    expect(await retriever.invoke("query")).not.toHaveLength(0);
    await expect(new ScoredRetriever({ retriever }).invoke("query")).rejects.toThrow("its documents have no score");
  });

  it("keeps a score that it leaves in the metadata", async () => {
    class Threshold extends VectorStoreRetriever {
      override async _getRelevantDocuments(query: string) {
        const found = await this.vectorStore.similaritySearchWithScore(query, this.k);
        return found
          .filter(([, score]) => score > 0.5)
          .map(([document, similarity]) => new Document({ ...document, metadata: { similarity } }));
      }
    }
    const retriever = new Threshold({ vectorStore: await memoryStore(), k: 4 });
    expect(await scoresOf({ retriever })).toEqual([1, expect.closeTo(0.6, 12)]);
  });

  it("is a class of its own, unlike one that only has other methods", async () => {
    class Counting extends VectorStoreRetriever {
      readonly count = 1;
    }
    expect(await scoresOf({ retriever: new Counting({ vectorStore: await memoryStore(), k: 1 }) })).toEqual([1]);
  });
});
