import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HybridReranker, ScoredRetriever, type ScoredRetrieverInput } from "langchain-rerank";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { planeEmbeddings, VECTORS } from "../support/plane-embeddings.js";
import { type Postgres, startPostgres } from "./postgres.js";
import { type RunningServer, startProcess } from "./processes.js";

const { stores, pgvector, chroma, "milvus-lite": milvus } = inject("installed");
/** Loads a package of the stores' own folder, which has its own copy of `@langchain/core`. */
// biome-ignore lint/suspicious/noExplicitAny: the stores are no dependencies, so their types are not here.
const load = (name: string): any => createRequire(join(stores.path!, "package.json"))(name);

const NAMES = ["orth", "long", "same", "opposite", "near"];
const documents = () => {
  const { Document } = load("@langchain/core/documents");
  return NAMES.map((name) => new Document({ pageContent: name, metadata: { name } }));
};

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const length = (a: readonly number[]) => Math.sqrt(dot(a, a));
/** What each metric says about a text, higher for a better one. */
const TRUTH = {
  cosine: (name: string) => dot(VECTORS.query!, VECTORS[name]!) / length(VECTORS[name]!),
  dot: (name: string) => dot(VECTORS.query!, VECTORS[name]!),
  "-L2²": (name: string) => -VECTORS.query!.reduce((sum, value, i) => sum + (value - VECTORS[name]![i]!) ** 2, 0),
};
/** How a store's score, right way up, follows from the metric's value. */
type Scale = (truth: number) => number;
const asIs: Scale = (truth) => truth;
const minusOne: Scale = (truth) => truth - 1;

type Store = NonNullable<ScoredRetrieverInput["store"]>;

/** Checks every score by hand, the order, and that a hybrid takes the scores without a warning. */
async function expectRightWayUp(store: Store, metric: keyof typeof TRUTH, scale: Scale) {
  for (const source of [{ store, k: 5 }, { retriever: store.asRetriever({ k: 5 }) }]) {
    const found = await new ScoredRetriever(source).invoke("query");
    expect(found.map(({ pageContent }) => pageContent).toSorted()).toEqual(NAMES.toSorted());
    for (const { pageContent, metadata } of found)
      expect(metadata.score, pageContent).toBeCloseTo(scale(TRUTH[metric](pageContent)), 5);
    const scores = found.map(({ metadata }) => metadata.score as number);
    for (const [i, score] of scores.slice(1).entries()) expect(score).toBeLessThanOrEqual(scores[i]! + 1e-6);
    const model = { score: async (_: string, texts: readonly string[]) => texts.map(() => 0.5) };
    const reranker = new HybridReranker({ firstStageKey: "score", model });
    const { documents: ranked, report } = await reranker.rerank(found, "query");
    expect(report.warnings).toBeUndefined();
    expect(ranked[0]?.pageContent).toBe(found[0]?.pageContent);
  }
}

const because = (reason: string | undefined) => (reason === undefined ? "" : ` (${reason})`);
const notBuilt =
  stores.reason ??
  (existsSync(join(stores.path, "node_modules/hnswlib-node/build/Release/addon.node"))
    ? undefined
    : "hnswlib-node could not be compiled");

describe.skipIf(stores.reason)(`stores without a server${because(stores.reason)}`, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "stores-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("MemoryVectorStore returns the cosine", async () => {
    const { MemoryVectorStore } = load("@langchain/classic/vectorstores/memory");
    await expectRightWayUp(await MemoryVectorStore.fromDocuments(documents(), planeEmbeddings), "cosine", asIs);
  });

  it("LanceDB, whose wrapper loses the score, has the squared distance in the metadata", async () => {
    const { LanceDB } = load("@langchain/community/vectorstores/lancedb");
    const store = await LanceDB.fromDocuments(documents(), planeEmbeddings, { uri: folder });
    const [[, score]] = await store.similaritySearchWithScore("query", 1);
    expect(score).toBeUndefined();
    await expectRightWayUp(store, "-L2²", asIs);
    const filtered = store.asRetriever({ k: 5, filter: { name: "same" } });
    expect(await filtered.invoke("query")).toHaveLength(5);
    expect(() => new ScoredRetriever({ retriever: filtered })).toThrow("The lancedb store ignores filters");
  });

  it("LibSQL returns the cosine distance", async () => {
    const { LibSQLVectorStore } = load("@langchain/community/vectorstores/libsql");
    const db = load("@libsql/client").createClient({ url: `file:${join(folder, "libsql.db")}` });
    await db.batch([
      "CREATE TABLE vectors (id INTEGER PRIMARY KEY, content TEXT, metadata TEXT, embedding F32_BLOB(2))",
      "CREATE INDEX idx_vectors_embedding ON vectors(libsql_vector_idx(embedding))",
    ]);
    const store = new LibSQLVectorStore(planeEmbeddings, { db });
    await store.addDocuments(documents());
    await expectRightWayUp(store, "cosine", minusOne);
    const { Document } = load("@langchain/core/documents");
    await store.addVectors([[0, 0]], [new Document({ pageContent: "zero" })]);
    const raw = await store.similaritySearchWithScore("query", 6);
    expect(raw.find(([{ pageContent }]: [{ pageContent: string }]) => pageContent === "zero")[1]).toBeNull();
    const found = await new ScoredRetriever({ store, k: 6 }).invoke("query");
    expect(found.find(({ pageContent }) => pageContent === "zero")?.metadata.score).toBe(-1);
    db.close();
  });

  it.skipIf(notBuilt)(
    `HNSWLib returns the cosine distance, the squared distance or 1 minus the dot product${because(notBuilt)}`,
    async () => {
      const { HNSWLib } = load("@langchain/community/vectorstores/hnswlib");
      // Its `fromDocuments` ignores `space`.
      await expectRightWayUp(
        await HNSWLib.fromDocuments(documents(), planeEmbeddings, { space: "l2" }),
        "cosine",
        minusOne,
      );
      for (const [space, metric, scale] of [
        ["cosine", "cosine", minusOne],
        ["l2", "-L2²", asIs],
        ["ip", "dot", minusOne],
      ] as const) {
        const store = new HNSWLib(planeEmbeddings, { space });
        await store.addDocuments(documents());
        await expectRightWayUp(store, metric, scale);
      }
    },
  );

  it("BM25Retriever leaves its score in the metadata", async () => {
    const { BM25Retriever } = load("@langchain/community/retrievers/bm25");
    const { Document } = load("@langchain/core/documents");
    const texts = ["bread is baked in an oven", "solar power is power from the sun", "solar panels face the sun"];
    const from = (includeScore: boolean) =>
      BM25Retriever.fromDocuments(
        texts.map((pageContent) => new Document({ pageContent })),
        { k: 3, includeScore },
      );
    const found = await new ScoredRetriever({ retriever: from(true) }).invoke("solar power");
    expect(found.map(({ pageContent }) => pageContent)).toEqual([texts[1], texts[2], texts[0]]);
    const [first, second, last] = found.map(({ metadata }) => metadata.score as number);
    expect(first).toBeGreaterThan(second!);
    expect(second).toBeGreaterThan(last!);
    expect(last).toBe(0);
    await expect(new ScoredRetriever({ retriever: from(false) }).invoke("solar")).rejects.toThrow(/includeScore: true/);
  });
});

const noPostgres = stores.reason ?? pgvector.reason;
describe.skipIf(noPostgres)(`PGVectorStore${because(noPostgres)}`, () => {
  let server: Postgres;
  beforeAll(async () => {
    server = await startPostgres(pgvector.path!);
  });
  afterAll(() => server?.stop());

  it.each([
    [{}, "cosine", minusOne],
    [{ distanceStrategy: "euclidean" }, "-L2²", (truth: number) => -Math.sqrt(-truth)],
    [{ distanceStrategy: "innerProduct" }, "dot", asIs],
    [{ scoreNormalization: "similarity" }, "cosine", (truth: number) => (1 + truth) / 2],
  ] as const)("with %j", async (options, metric, scale) => {
    const { PGVectorStore } = load("@langchain/community/vectorstores/pgvector");
    const tableName = `t${Object.values(options).join("")}`.toLowerCase();
    const settings = { postgresConnectionOptions: { connectionString: server.url }, tableName, ...options };
    const store = await PGVectorStore.initialize(planeEmbeddings, settings);
    try {
      await store.addDocuments(documents());
      await expectRightWayUp(store, metric, scale);
    } finally {
      await store.end();
    }
  });

  it("a zero vector, whose cosine distance is NaN, counts as orthogonal", async () => {
    const { PGVectorStore } = load("@langchain/community/vectorstores/pgvector");
    const { Document } = load("@langchain/core/documents");
    for (const [scoreNormalization, expected] of [
      [undefined, -1],
      ["similarity", 0.5],
    ] as const) {
      const store = await PGVectorStore.initialize(planeEmbeddings, {
        postgresConnectionOptions: { connectionString: server.url },
        tableName: `zero_${scoreNormalization ?? "distance"}`,
        ...(scoreNormalization && { scoreNormalization }),
      });
      try {
        await store.addVectors([[0, 0]], [new Document({ pageContent: "zero" })]);
        const [[, score]] = await store.similaritySearchWithScore("query", 1);
        expect(score).toBeNaN();
        const [found] = await new ScoredRetriever({ store }).invoke("query");
        expect(found?.metadata.score).toBe(expected);
      } finally {
        await store.end();
      }
    }
  });
});

const noChroma = stores.reason ?? chroma.reason;
describe.skipIf(noChroma)(`Chroma${because(noChroma)}`, () => {
  let folder: string;
  let server: RunningServer;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "chroma-"));
    const args = (port: number) => ["run", "--path", folder, "--host", "127.0.0.1", "--port", `${port}`];
    server = await startProcess(chroma.path!, args, "/api/v2/heartbeat");
  });
  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it.each([
    [undefined, "-L2²", asIs],
    ["l2", "-L2²", asIs],
    ["cosine", "cosine", minusOne],
    ["ip", "dot", minusOne],
  ] as const)("with the space %s", async (space, metric, scale) => {
    const { Chroma } = load("@langchain/community/vectorstores/chroma");
    const { hostname: host, port } = new URL(server.url);
    const store = new Chroma(planeEmbeddings, {
      collectionName: `texts-${space ?? "default"}`,
      clientParams: { host, port: Number(port) },
      ...(space && { collectionMetadata: { "hnsw:space": space } }),
    });
    await store.addDocuments(documents(), { ids: NAMES });
    await expectRightWayUp(store, metric, scale);
  });
});

const noMilvus = stores.reason ?? milvus.reason;
describe.skipIf(noMilvus)(`Milvus Lite${because(noMilvus)}`, () => {
  let folder: string;
  let server: RunningServer;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "milvus-"));
    const ready = async (address: string) => {
      const { MilvusClient } = load("@zilliz/milvus2-sdk-node");
      const client = new MilvusClient({ address, logLevel: "panic" });
      try {
        await client.connectPromise;
        return Array.isArray((await client.listCollections()).data);
      } finally {
        await client.closeConnection();
      }
    };
    const args = (port: number) => ["server", "--data-dir", folder, "--host", "127.0.0.1", "--port", `${port}`];
    server = await startProcess(milvus.path!, args, ready);
  });
  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it.each([
    [undefined, "-L2²", asIs],
    ["L2", "-L2²", asIs],
    ["COSINE", "cosine", asIs],
    ["ip", "dot", asIs],
  ] as const)("with the metric %s", async (metric_type, metric, scale) => {
    const { Milvus } = load("@langchain/community/vectorstores/milvus");
    const store = new Milvus(planeEmbeddings, {
      collectionName: `texts_${metric_type ?? "default"}`,
      url: server.url,
      clientConfig: { address: server.url, logLevel: "panic" },
      ...(metric_type && { indexCreateOptions: { metric_type, index_type: "FLAT", params: {} } }),
    });
    try {
      await store.addDocuments(documents());
      await expectRightWayUp(store, metric, scale);
    } finally {
      await store.client.closeConnection();
    }
  });

  it("a metric that is left to the server has to be named, since it may be either kind", async () => {
    const { Milvus } = load("@langchain/community/vectorstores/milvus");
    const store = new Milvus(planeEmbeddings, {
      collectionName: "texts_of_the_server",
      url: server.url,
      clientConfig: { address: server.url, logLevel: "panic" },
      indexCreateOptions: { index_type: "FLAT", params: {} },
    });
    try {
      await store.addDocuments(documents());
      expect(() => new ScoredRetriever({ store })).toThrow(expect.objectContaining({ option: "higherIsBetter" }));
      const [best] = await new ScoredRetriever({ store, higherIsBetter: true }).invoke("query");
      expect(best).toMatchObject({ pageContent: "same", metadata: { score: 1 } });
    } finally {
      await store.client.closeConnection();
    }
  });
});
