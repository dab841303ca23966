import { createCohere } from "@ai-sdk/cohere";
import { CohereRerank } from "@langchain/cohere";
import { Document } from "@langchain/core/documents";
import { rerank } from "ai";
import { CohereClient, CohereClientV2, CohereError } from "cohere-ai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RerankServer } from "../../src/apps/server/listen.js";
import { HttpCrossEncoder } from "../../src/http.js";
import { CrossEncoderReranker } from "../../src/index.js";
import { golden, start, tinyCrossEncoder } from "./fixtures.js";

const KEY = "server-key-1234567890";
const [QUERY] = golden.pairs[0] as [string, string];
const DOCUMENTS = golden.pairs.slice(0, 6).map(([, document]) => document);

let server: RerankServer;
/** Scores and order of the engine, which every client must receive. */
let scores: readonly number[];
let order: number[];

beforeAll(async () => {
  const crossEncoder = tinyCrossEncoder();
  server = await start({ rerankers: new Map([["tiny", crossEncoder]]), apiKey: KEY });
  scores = await crossEncoder.score(QUERY, DOCUMENTS);
  order = scores.map((_, index) => index).sort((a, b) => (scores[b] as number) - (scores[a] as number));
});
afterAll(() => server.close());

/** Compares `{index, score}` of any client with those of the engine. */
function expectSame(results: readonly { index: number; score: number }[], count = DOCUMENTS.length) {
  expect(results.map(({ index }) => index)).toEqual(order.slice(0, count));
  for (const { index, score } of results) expect(score).toBeCloseTo(scores[index] as number, 5);
}

describe("Cohere's official client", () => {
  it("reranks in the v2 format", async () => {
    const client = new CohereClientV2({ token: KEY, environment: server.url });
    const { results } = await client.rerank({ model: "tiny", query: QUERY, documents: DOCUMENTS, topN: 4 });
    expectSame(
      results.map(({ index, relevanceScore }) => ({ index, score: relevanceScore })),
      4,
    );
  });

  it("reranks in the v1 format with documents echoed", async () => {
    const client = new CohereClient({ token: KEY, environment: server.url });
    const documents = DOCUMENTS.map((text) => ({ text }));
    const { results } = await client.rerank({ model: "tiny", query: QUERY, documents, returnDocuments: true });
    expectSame(results.map(({ index, relevanceScore }) => ({ index, score: relevanceScore })));
    for (const { index, document } of results) expect(document?.text).toBe(DOCUMENTS[index]);
  });

  it("reads our errors", async () => {
    const client = new CohereClientV2({ token: KEY, environment: server.url });
    const call = client.rerank({ model: "tiny", query: " ", documents: DOCUMENTS }, { maxRetries: 0 });
    await expect(call).rejects.toBeInstanceOf(CohereError);
    await expect(call).rejects.toMatchObject({ statusCode: 400, body: { message: /query: must not be blank/ } });
  });
});

it("LangChain's CohereRerank works with a client for our address", async () => {
  const client = new CohereClient({ token: KEY, environment: server.url });
  const reranker = new CohereRerank({ client, model: "tiny", topN: 3 } as never);
  const documents = DOCUMENTS.map((pageContent, index) => new Document({ pageContent, metadata: { index } }));
  const ranked = await reranker.compressDocuments(documents, QUERY);
  expectSame(
    ranked.map(({ metadata }) => ({ index: metadata.index as number, score: metadata.relevanceScore as number })),
    3,
  );
});

it("the AI SDK's rerank() works through its Cohere provider", async () => {
  const cohere = createCohere({ apiKey: KEY, baseURL: `${server.url}/v2` });
  const { ranking } = await rerank({ model: cohere.reranking("tiny"), query: QUERY, documents: DOCUMENTS, topN: 5 });
  expectSame(
    ranking.map(({ originalIndex, score }) => ({ index: originalIndex, score })),
    5,
  );
});

describe("HttpCrossEncoder", () => {
  it.each([
    "cohere",
    "cohere-v1",
    "jina",
    "localai",
    "litellm",
    "vllm",
    "llamacpp",
    "xinference",
    "infinity",
    "tei",
  ] as const)("scores the same with provider %s", async (provider) => {
    const scorer = new HttpCrossEncoder({ provider, baseUrl: server.url, model: "tiny", apiKey: KEY });
    const got = await scorer.score(QUERY, DOCUMENTS);
    got.forEach((score, index) => {
      expect(score).toBeCloseTo(scores[index] as number, 6);
    });
  });

  it("returns every document to a reranker, which applies topN", async () => {
    const model = new HttpCrossEncoder({ provider: "tei", baseUrl: server.url, apiKey: KEY, maxBatchSize: 2 });
    const documents = DOCUMENTS.map((pageContent, index) => new Document({ pageContent, metadata: { index } }));
    const { documents: ranked, report } = await new CrossEncoderReranker({ model, topN: 2 }).rerank(documents, QUERY);
    expect(ranked.map(({ metadata }) => metadata.index)).toEqual(order.slice(0, 2));
    expect(report).toMatchObject({ model: "tei", batches: 3, retries: 0 });
  });
});
