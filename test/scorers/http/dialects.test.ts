import { CohereClientV2 } from "cohere-ai";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { InvalidOptionError } from "../../../src/errors.js";
import { HttpCrossEncoder, type HttpCrossEncoderOptions, type ProviderName } from "../../../src/http.js";
import { PROVIDERS } from "../../../src/scorers/http/providers/index.js";
import type { ScorerReport } from "../../../src/scorers/relevance-scorer.js";
import { overlap, type Received, type RerankServer, startServer } from "../remote/rerank-server.js";

const QUERY = "solar power at night";
const TEXTS = ["Batteries keep solar power for the night.", "Cats sleep.", "Night trains run on power."];
const EXPECTED = TEXTS.map((text) => overlap(QUERY, text));

/** Each provider's call as its reference states it: where, with what, and the answer it gives. Written out apart from the table under test. */
const WIRE: Record<
  ProviderName,
  {
    path: string;
    body: object;
    answer: (scored: { index: number; score: number }[]) => unknown;
    /** Header of the key. @default "authorization" */
    header?: string;
    /** Value of that header. @default "Bearer key-1234" */
    key?: string;
  }
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
    header: "api-key",
    key: "key-1234",
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
  openrouter: {
    path: "/api/v1/rerank",
    body: { model: "m", query: QUERY, documents: TEXTS },
    answer: (scored) => ({
      id: "gen-1",
      model: "m",
      provider: "Cohere",
      results: relevance(scored).map((row) => ({ ...row, document: { text: "echo" } })),
      usage: { cost: 0.001, search_units: 1, total_tokens: 41 },
    }),
  },
  fireworks: {
    path: "/inference/v1/rerank",
    body: { model: "m", query: QUERY, documents: TEXTS, return_documents: false },
    answer: (scored) => ({ object: "list", model: "m", data: relevance(scored), usage: { total_tokens: 41 } }),
  },
  scaleway: {
    path: "/v1/rerank",
    body: { model: "m", query: QUERY, documents: TEXTS },
    answer: (scored) => ({ id: "a", model: "m", usage: { total_tokens: 41 }, results: relevance(scored) }),
  },
  novita: {
    path: "/openai/v1/rerank",
    body: { model: "m", query: QUERY, documents: TEXTS },
    answer: (scored) => ({ model: "m", results: relevance(scored), usage: { total_tokens: 41 } }),
  },
  deepinfra: {
    path: "/v1/inference/m",
    body: { queries: [QUERY, QUERY, QUERY], documents: TEXTS },
    answer: (scored) => ({
      scores: [...scored].sort((a, b) => a.index - b.index).map(({ score }) => score),
      input_tokens: 41,
      request_id: "r",
      inference_status: { status: "succeeded", cost: 0.1 },
    }),
  },
  zeroentropy: {
    path: "/v1/models/rerank",
    body: { model: "m", query: QUERY, documents: TEXTS },
    answer: (scored) => ({ results: relevance(scored), total_bytes: 90, total_tokens: 41 }),
  },
  contextual: {
    path: "/v1/rerank",
    body: { model: "m", query: QUERY, documents: TEXTS },
    answer: (scored) => ({ results: relevance(scored) }),
  },
  isaacus: {
    path: "/v1/rerankings",
    body: { model: "m", query: QUERY, texts: TEXTS },
    answer: (scored) => ({ results: scored, usage: { input_tokens: 41 } }),
  },
  "azure-ai": {
    path: "/v1/rerank",
    body: { model: "m", query: QUERY, documents: TEXTS },
    answer: (scored) => ({ id: "a", results: relevance(scored), meta: { billed_units: { search_units: 1 } } }),
  },
  cloudflare: {
    path: "/client/v4/accounts/account-1/ai/run/m",
    body: { query: QUERY, contexts: TEXTS.map((text) => ({ text })), top_k: 3 },
    answer: (scored) => ({
      success: true,
      errors: [],
      messages: [],
      result: { response: scored.map(({ index, score }) => ({ id: index, score })) },
    }),
  },
  elasticsearch: {
    path: "/_inference/rerank/m",
    body: { query: QUERY, input: TEXTS, return_documents: false },
    answer: (scored) => ({ rerank: relevance(scored) }),
    key: "ApiKey key-1234",
  },
  qianfan: {
    path: "/v2/rerank",
    body: { model: "m", query: QUERY, documents: TEXTS },
    answer: (scored) => ({
      id: "as-1",
      object: "rerank_list",
      results: relevance(scored).map((row) => ({ ...row, document: "echo" })),
      usage: { total_tokens: 41 },
    }),
  },
  zhipu: {
    path: "/api/paas/v4/rerank",
    body: { model: "m", query: QUERY, documents: TEXTS, top_n: 3, return_documents: false },
    answer: (scored) => ({ id: "a", request_id: "r", results: relevance(scored), usage: { total_tokens: 41 } }),
  },
  watsonx: {
    path: "/ml/v1/text/rerank?version=2024-03-13",
    body: { model_id: "m", query: QUERY, inputs: TEXTS.map((text) => ({ text })), project_id: "project-1" },
    answer: (scored) => ({ model_id: "m", results: scored, input_token_count: 41 }),
  },
  "vertex-ai": {
    path: "/v1/projects/project-2/locations/global/rankingConfigs/default_ranking_config:rank",
    body: {
      model: "m",
      query: QUERY,
      records: TEXTS.map((content, index) => ({ id: String(index), content })),
      topN: 3,
    },
    answer: (scored) => ({ records: scored.map(({ index, score }) => ({ id: String(index), score })) }),
  },
};

const relevance = (scored: { index: number; score: number }[]) =>
  scored.map(({ index, score }) => ({ index, relevance_score: score }));

const scoredBestFirst = () => EXPECTED.map((score, index) => ({ index, score })).sort((a, b) => b.score - a.score);

let server: RerankServer;
let answer: (received: Received) => object;

beforeEach(async () => {
  vi.stubEnv("CLOUDFLARE_ACCOUNT_ID", "account-1");
  vi.stubEnv("WATSONX_PROJECT_ID", "project-1");
  vi.stubEnv("GOOGLE_CLOUD_PROJECT", "project-2");
  server = await startServer((received) => answer(received));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

/** Options of any row of the table, of which a test knows the name only. */
const optionsFor = (provider: string, more: object = {}): HttpCrossEncoderOptions =>
  ({ provider, baseUrl: server.url, model: "m", apiKey: "key-1234", ...more }) as HttpCrossEncoderOptions;

describe.each(Object.entries(WIRE))("%s", (provider, wire) => {
  it("sends the request of the provider's reference and puts the scores back in order", async () => {
    answer = () => wire.answer(scoredBestFirst()) as object;
    const scorer = new HttpCrossEncoder(optionsFor(provider));
    let report: ScorerReport = {};
    const scores = await scorer.score(QUERY, TEXTS, {
      onReport: (reported) => {
        report = reported;
      },
    });
    expect(scores).toEqual(EXPECTED);
    expect(server.received).toHaveLength(1);
    const [request] = server.received;
    expect(request?.method).toBe("POST");
    expect(request?.path).toBe(wire.path);
    expect(request?.body).toEqual(wire.body);
    expect(request?.headers["content-type"]).toBe("application/json");
    expect(request?.headers[wire.header ?? "authorization"]).toBe(wire.key ?? "Bearer key-1234");
    expect(report).toMatchObject({ model: `${provider}:m`, batches: 1, retries: 0 });
    expect(report.milliseconds?.request).toBeGreaterThan(0);
  });
});

it("compares every provider of the table with its reference", () => {
  expect(Object.keys(WIRE).sort()).toEqual(Object.keys(PROVIDERS).sort());
});

it("reads the answer of a proxy in any other dialect", async () => {
  for (const body of [
    relevance(scoredBestFirst()),
    { data: scoredBestFirst() },
    { results: scoredBestFirst().map(({ index, score }) => ({ index, relevanceScore: score })) },
  ]) {
    answer = () => body;
    expect(await new HttpCrossEncoder(optionsFor("cohere")).score(QUERY, TEXTS)).toEqual(EXPECTED);
  }
});

it("sends to Cohere what Cohere's client sends", async () => {
  answer = () => ({ id: "a", results: relevance(scoredBestFirst()) });
  const client = new CohereClientV2({ token: "key-1234", environment: server.url });
  await client.rerank({ model: "m", query: QUERY, documents: TEXTS });
  await new HttpCrossEncoder(optionsFor("cohere")).score(QUERY, TEXTS);
  const [theirs, ours] = server.received;
  expect(ours?.path).toBe(theirs?.path);
  expect(ours?.body).toEqual(theirs?.body);
  expect(ours?.headers.authorization).toBe(theirs?.headers.authorization);
});

describe("custom", () => {
  it("scores with an unknown server by two functions", async () => {
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

  it("accepts indexed results of `fromResponse` in any order", async () => {
    answer = () => ({ list: scoredBestFirst() });
    const scorer = new HttpCrossEncoder({
      provider: "custom",
      baseUrl: server.url,
      toRequest: ({ texts }) => texts,
      fromResponse: (body) => (body as { list: { index: number; score: number }[] }).list,
    });
    expect(await scorer.score(QUERY, TEXTS)).toEqual(EXPECTED);
  });

  it.each<[string, unknown, string]>([
    ["nothing, as a block without `return` does", undefined, "undefined"],
    ["a promise", Promise.resolve({}), "a promise"],
    ["a BigInt", { count: 1n }, "an object (Object)"],
  ])("sends nothing if `toRequest` returns %s", async (_, body, shown) => {
    const scorer = new HttpCrossEncoder({
      provider: "custom",
      baseUrl: server.url,
      toRequest: () => body,
      fromResponse: () => TEXTS.map(() => 1),
    });
    const error = await scorer.score(QUERY, TEXTS).catch((thrown) => thrown);
    expect(error).toMatchObject({ name: "InvalidOptionError", option: "toRequest" });
    expect(error.message).toContain(`\`toRequest\` returned ${shown}, which cannot be sent.`);
    expect(server.received).toEqual([]);
  });

  it("rejects with an InvalidResponseError that says why `fromResponse` failed", async () => {
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
  it.each([
    ["jina", { instruction: "Find code" }],
    ["siliconflow", { instruction: "Find code" }],
    ["sglang", { instruct: "Find code" }],
    ["litellm", { instruction: "Find code" }],
  ])("sends the instruction to %s in the field of that provider", async (provider, expected) => {
    answer = () => relevance(scoredBestFirst());
    await new HttpCrossEncoder(optionsFor(provider, { instruction: "Find code" })).score(QUERY, TEXTS);
    expect(server.received[0]?.body).toMatchObject(expected);
  });

  it("sends the instruction to dashscope among the parameters only", async () => {
    answer = () => relevance(scoredBestFirst());
    await new HttpCrossEncoder(optionsFor("dashscope", { instruction: "Find code" })).score(QUERY, TEXTS);
    expect(server.received[0]?.body.parameters).toEqual({ instruct: "Find code", return_documents: false });
  });

  it("refuses an instruction for a provider that takes none", () => {
    expect(() => new HttpCrossEncoder(optionsFor("cohere", { instruction: "Find code" }))).toThrow(InvalidOptionError);
  });

  it("asks LiteLLM to return documents if that is requested, which its route to Vertex AI needs for scores", async () => {
    answer = () => relevance(scoredBestFirst());
    await new HttpCrossEncoder(optionsFor("litellm", {})).score(QUERY, TEXTS);
    await new HttpCrossEncoder(optionsFor("litellm", { extra: { return_documents: true } })).score(QUERY, TEXTS);
    expect(server.received.map(({ body }) => body.return_documents)).toEqual([false, true]);
  });

  it("sends extra fields, but lets none replace the texts or cut the list", async () => {
    answer = () => scoredBestFirst();
    const extra = { truncate: false, truncation_direction: "Left" as const, texts: ["other"] };
    await new HttpCrossEncoder(optionsFor("tei", { extra })).score(QUERY, TEXTS);
    expect(server.received[0]?.body).toMatchObject({ truncate: false, truncation_direction: "Left", texts: TEXTS });
    expect(() => new HttpCrossEncoder(optionsFor("cohere", { extra: { top_n: 1 } }))).toThrow(/topN/);
  });
});

describe("activation and lowest score", () => {
  it("turns logits into 0 to 1 with a sigmoid and reports the logits", async () => {
    answer = () =>
      relevance([
        { index: 1, score: -1.5 },
        { index: 0, score: 2 },
      ]);
    const scorer = new HttpCrossEncoder(optionsFor("localai", { activation: "sigmoid" }));
    const reports: ScorerReport[] = [];
    const scores = await scorer.score(QUERY, ["a", "b"], { onReport: (report) => reports.push(report) });
    expect(scores[0]).toBeCloseTo(0.8808, 4);
    expect(scores[1]).toBeCloseTo(0.1824, 4);
    expect(reports[0]?.raw).toEqual([2, -1.5]);
    expect(scorer.lowestScore).toBe(0);
  });

  it("refuses an activation that returns NaN", async () => {
    answer = () => relevance([{ index: 0, score: -1 }]);
    const scorer = new HttpCrossEncoder(optionsFor("localai", { activation: Math.log }));
    await expect(scorer.score(QUERY, ["a"])).rejects.toMatchObject({ name: "InvalidResponseError" });
  });

  it("sets `lowestScore` to 0 for scores between 0 and 1 and leaves it undefined for logits", () => {
    expect(new HttpCrossEncoder(optionsFor("cohere")).lowestScore).toBe(0);
    expect(new HttpCrossEncoder(optionsFor("tei")).lowestScore).toBe(0);
    expect(new HttpCrossEncoder(optionsFor("tei", { extra: { raw_scores: true } })).lowestScore).toBeUndefined();
    expect(new HttpCrossEncoder(optionsFor("localai")).lowestScore).toBeUndefined();
  });
});
