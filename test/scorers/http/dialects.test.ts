import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InvalidOptionError } from "../../../src/errors.js";
import { HttpCrossEncoder, type HttpCrossEncoderOptions, type ProviderName } from "../../../src/http.js";
import { PROVIDERS } from "../../../src/scorers/http/providers.js";
import type { ScorerReport } from "../../../src/scorers/relevance-scorer.js";
import { overlap, type Received, type RerankServer, startServer } from "../remote/rerank-server.js";

const QUERY = "solar power at night";
const TEXTS = ["Batteries keep solar power for the night.", "Cats sleep.", "Night trains run on power."];
const EXPECTED = TEXTS.map((text) => overlap(QUERY, text));

/** Each provider's call as its reference states it: where, with what, and the answer it gives. Written out apart from the table under test. */
const WIRE: Record<
  ProviderName,
  { path: string; body: object; answer: (scored: { index: number; score: number }[]) => unknown; auth?: string }
> = {
  cohere: {
    path: "/v2/rerank",
    body: { model: "m", query: QUERY, documents: TEXTS },
    answer: (scored) => ({ id: "a", results: relevance(scored), meta: { billed_units: { search_units: 1 } } }),
  },
  "cohere-v1": {
    path: "/v1/rerank",
    body: { model: "m", query: QUERY, documents: TEXTS, return_documents: false },
    answer: (scored) => ({ id: "a", results: relevance(scored), meta: { billed_units: { search_units: 1 } } }),
  },
  jina: {
    path: "/v1/rerank",
    body: { model: "m", query: QUERY, documents: TEXTS, return_documents: false },
    answer: (scored) => ({ model: "m", usage: { total_tokens: 41 }, results: relevance(scored) }),
  },
  voyage: {
    path: "/v1/rerank",
    body: { model: "m", query: QUERY, documents: TEXTS, return_documents: false },
    answer: (scored) => ({ object: "list", data: relevance(scored), model: "m", usage: { total_tokens: 41 } }),
  },
  mixedbread: {
    path: "/v1/reranking",
    body: { model: "m", query: QUERY, input: TEXTS, top_k: 3, return_input: false },
    answer: (scored) => ({
      data: scored.map((row) => ({ ...row, object: "rank_result" })),
      usage: { total_tokens: 41 },
    }),
  },
  pinecone: {
    path: "/rerank",
    body: {
      model: "m",
      query: QUERY,
      documents: TEXTS.map((text) => ({ text })),
      rank_fields: ["text"],
      return_documents: false,
    },
    answer: (scored) => ({ model: "m", data: scored, usage: { rerank_units: 1 } }),
    auth: "api-key",
  },
  nvidia: {
    path: "/v1/ranking",
    body: { model: "m", query: { text: QUERY }, passages: TEXTS.map((text) => ({ text })), truncate: "END" },
    answer: (scored) => ({ rankings: scored.map(({ index, score }) => ({ index, logit: score })) }),
  },
  together: {
    path: "/v1/rerank",
    body: { model: "m", query: QUERY, documents: TEXTS, return_documents: false },
    answer: (scored) => ({ object: "rerank", results: relevance(scored), usage: { total_tokens: 41 } }),
  },
  siliconflow: {
    path: "/v1/rerank",
    body: { model: "m", query: QUERY, documents: TEXTS, return_documents: false },
    answer: (scored) => ({ id: "a", results: relevance(scored), tokens: { input_tokens: 41, output_tokens: 0 } }),
  },
  dashscope: {
    path: "/api/v1/services/rerank/text-rerank/text-rerank",
    body: { model: "m", input: { query: QUERY, documents: TEXTS }, parameters: { return_documents: false } },
    answer: (scored) => ({ output: { results: relevance(scored) }, usage: { total_tokens: 41 }, request_id: "r" }),
  },
  localai: {
    path: "/v1/rerank",
    body: { model: "m", query: QUERY, documents: TEXTS },
    answer: (scored) => ({
      model: "m",
      usage: { total_tokens: 41, prompt_tokens: 1 },
      results: relevance(scored).map((row) => ({ ...row, document: { text: "echo" } })),
    }),
  },
  litellm: {
    path: "/v1/rerank",
    body: { model: "m", query: QUERY, documents: TEXTS, return_documents: false },
    answer: (scored) => ({ id: "a", results: relevance(scored), meta: { billed_units: { search_units: 1 } } }),
  },
  tei: {
    path: "/rerank",
    body: { query: QUERY, texts: TEXTS, truncate: true, raw_scores: false, return_text: false },
    answer: (scored) => scored,
  },
  infinity: {
    path: "/rerank",
    body: { model: "m", query: QUERY, documents: TEXTS, return_documents: false },
    answer: (scored) => ({ object: "rerank", results: relevance(scored), usage: { total_tokens: 41 } }),
  },
  vllm: {
    path: "/v1/rerank",
    body: { model: "m", query: QUERY, documents: TEXTS },
    answer: (scored) => ({ id: "a", model: "m", usage: { total_tokens: 41 }, results: relevance(scored) }),
  },
  sglang: {
    path: "/v1/rerank",
    body: { model: "m", query: QUERY, documents: TEXTS, return_documents: false },
    answer: (scored) => scored.map((row) => ({ ...row, document: null, meta_info: {} })),
  },
  llamacpp: {
    path: "/v1/rerank",
    body: { model: "m", query: QUERY, documents: TEXTS },
    answer: (scored) => ({ model: "m", object: "list", usage: { total_tokens: 41 }, results: relevance(scored) }),
  },
  xinference: {
    path: "/v1/rerank",
    body: { model: "m", query: QUERY, documents: TEXTS, return_documents: false },
    answer: (scored) => ({
      id: "a",
      results: relevance(scored).map((row) => ({ ...row, document: null })),
      meta: null,
    }),
  },
};

const relevance = (scored: { index: number; score: number }[]) =>
  scored.map(({ index, score }) => ({ index, relevance_score: score }));

const scoredBestFirst = () => EXPECTED.map((score, index) => ({ index, score })).sort((a, b) => b.score - a.score);

let server: RerankServer;
let answer: (received: Received) => object;

beforeEach(async () => {
  server = await startServer((received) => answer(received));
});
afterEach(() => server.close());

/** Options of any row of the table, of which a test knows the name only. */
const optionsFor = (provider: string, more: object = {}): HttpCrossEncoderOptions =>
  ({ provider, baseUrl: server.url, model: "m", apiKey: "key-1234", ...more }) as HttpCrossEncoderOptions;

describe.each(Object.entries(WIRE))("%s", (provider, wire) => {
  test("sends the request of its reference and puts the scores back in order", async () => {
    answer = () => wire.answer(scoredBestFirst()) as object;
    const scorer = new HttpCrossEncoder(optionsFor(provider));
    let report: ScorerReport = {};
    const scores = await scorer.score(QUERY, TEXTS, {
      onReport: (told) => {
        report = told;
      },
    });
    expect(scores).toEqual(EXPECTED);
    expect(server.received).toHaveLength(1);
    const [request] = server.received;
    expect(request?.method).toBe("POST");
    expect(request?.path).toBe(wire.path);
    expect(request?.body).toEqual(wire.body);
    expect(request?.headers["content-type"]).toBe("application/json");
    expect(request?.headers[wire.auth ?? "authorization"]).toBe(wire.auth ? "key-1234" : "Bearer key-1234");
    expect(report).toMatchObject({ model: `${provider}:m`, batches: 1, retries: 0 });
    expect(report.milliseconds?.request).toBeGreaterThan(0);
  });
});

test("every provider of the table is held against its reference", () => {
  expect(Object.keys(WIRE).sort()).toEqual(Object.keys(PROVIDERS).sort());
});

test("a proxy may answer in any other dialect", async () => {
  for (const body of [
    relevance(scoredBestFirst()),
    { data: scoredBestFirst() },
    { results: scoredBestFirst().map(({ index, score }) => ({ index, relevanceScore: score })) },
  ]) {
    answer = () => body;
    expect(await new HttpCrossEncoder(optionsFor("cohere")).score(QUERY, TEXTS)).toEqual(EXPECTED);
  }
});

describe("custom", () => {
  test("two functions are enough for an unknown server", async () => {
    answer = ({ body }) => ({ probabilities: body.passages.map((text: string) => overlap(body.question, text)) });
    const scorer = new HttpCrossEncoder({
      provider: "custom",
      baseUrl: `${server.url}/score?version=2`,
      toRequest: ({ query, texts }) => ({ question: query, passages: texts }),
      fromResponse: (body) => (body as { probabilities: number[] }).probabilities,
    });
    expect(await scorer.score(QUERY, TEXTS)).toEqual(EXPECTED);
    expect(server.received[0]?.path).toBe("/score?version=2");
  });

  test("indexed results may come in any order", async () => {
    answer = () => ({ list: scoredBestFirst() });
    const scorer = new HttpCrossEncoder({
      provider: "custom",
      baseUrl: server.url,
      toRequest: ({ texts }) => texts,
      fromResponse: (body) => (body as { list: { index: number; score: number }[] }).list,
    });
    expect(await scorer.score(QUERY, TEXTS)).toEqual(EXPECTED);
  });

  test("a reader that fails is an InvalidResponseError that says why", async () => {
    answer = () => ({});
    const scorer = new HttpCrossEncoder({
      provider: "custom",
      baseUrl: server.url,
      toRequest: () => ({}),
      fromResponse: (body) => (body as { list: number[] }).list.map(Number),
    });
    await expect(scorer.score(QUERY, TEXTS)).rejects.toMatchObject({
      name: "InvalidResponseError",
      message: /fromResponse/,
    });
  });
});

describe("instruction and extras", () => {
  test.each([
    ["jina", { instruction: "Find code" }],
    ["siliconflow", { instruction: "Find code" }],
    ["sglang", { instruct: "Find code" }],
    ["litellm", { instruction: "Find code" }],
  ])("%s gets the instruction in its own field", async (provider, expected) => {
    answer = () => relevance(scoredBestFirst());
    await new HttpCrossEncoder(optionsFor(provider, { instruction: "Find code" })).score(QUERY, TEXTS);
    expect(server.received[0]?.body).toMatchObject(expected);
  });

  test("dashscope gets it among its parameters, and nothing else does", async () => {
    answer = () => relevance(scoredBestFirst());
    await new HttpCrossEncoder(optionsFor("dashscope", { instruction: "Find code" })).score(QUERY, TEXTS);
    expect(server.received[0]?.body.parameters).toEqual({ instruct: "Find code", return_documents: false });
  });

  test("a provider without instructions refuses one", () => {
    expect(() => new HttpCrossEncoder(optionsFor("cohere", { instruction: "Find code" }))).toThrow(InvalidOptionError);
  });

  test("extras are sent, but cannot replace what is scored or cut the list", async () => {
    answer = () => scoredBestFirst();
    const extra = { truncate: false, truncation_direction: "Left" as const, texts: ["other"] };
    await new HttpCrossEncoder(optionsFor("tei", { extra })).score(QUERY, TEXTS);
    expect(server.received[0]?.body).toMatchObject({ truncate: false, truncation_direction: "Left", texts: TEXTS });
    expect(() => new HttpCrossEncoder(optionsFor("cohere", { extra: { top_n: 1 } }))).toThrow(/topN/);
  });
});

describe("activation and lowest score", () => {
  test("logits become 0–1 by a sigmoid and are reported", async () => {
    answer = () =>
      relevance([
        { index: 1, score: -1.5 },
        { index: 0, score: 2 },
      ]);
    const scorer = new HttpCrossEncoder(optionsFor("localai", { activation: "sigmoid" }));
    const reports: ScorerReport[] = [];
    const scores = await scorer.score(QUERY, ["a", "b"], { onReport: (told) => reports.push(told) });
    expect(scores[0]).toBeCloseTo(0.8808, 4);
    expect(scores[1]).toBeCloseTo(0.1824, 4);
    expect(reports[0]?.raw).toEqual([2, -1.5]);
    expect(scorer.lowestScore).toBe(0);
  });

  test("an activation that makes NaN is refused", async () => {
    answer = () => relevance([{ index: 0, score: -1 }]);
    const scorer = new HttpCrossEncoder(optionsFor("localai", { activation: Math.log }));
    await expect(scorer.score(QUERY, ["a"])).rejects.toMatchObject({ name: "InvalidResponseError" });
  });

  test("is 0 where scores are known to be 0–1 and open where they are logits", () => {
    expect(new HttpCrossEncoder(optionsFor("cohere")).lowestScore).toBe(0);
    expect(new HttpCrossEncoder(optionsFor("tei")).lowestScore).toBe(0);
    expect(new HttpCrossEncoder(optionsFor("tei", { extra: { raw_scores: true } })).lowestScore).toBeUndefined();
    expect(new HttpCrossEncoder(optionsFor("localai")).lowestScore).toBeUndefined();
  });
});
