import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { DecisionScorer } from "../../src/decisions.js";
import { HttpCrossEncoder } from "../../src/http.js";
import { OnnxCrossEncoder } from "../../src/onnx.js";
import type { ScorerReport } from "../../src/scorers/relevance-scorer.js";
import type { RunningServer } from "./processes.js";
import { startVllm, tinyModel } from "./tiny-servers.js";

const { path = "", reason } = inject("installed").vllm;
/** Both servers together may take minutes to start. */
const STARTING = 1_300_000;

const QUERY = "what do bees see";
const TEXTS = [
  "Bees see ultraviolet light, which guides them to nectar.",
  "The bank raised its interest rates twice this year.",
  "Trains to the coast leave every hour.",
];

async function post(url: string, body: object): Promise<{ status: number; json: Record<string, unknown> }> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

describe.skipIf(reason)(`vLLM with a cross-encoder${reason ? ` (${reason})` : ""}`, () => {
  let server: RunningServer;
  let engine: OnnxCrossEncoder;
  let expected: readonly number[];
  beforeAll(async () => {
    const model = tinyModel(path, "cross-encoder");
    engine = new OnnxCrossEncoder({ model, activation: "sigmoid" });
    expected = await engine.score(QUERY, TEXTS);
    server = await startVllm(path, model, ["--runner", "pooling"]);
  }, STARTING);
  afterAll(async () => {
    await server?.stop();
    await engine?.dispose();
  });

  const scorer = (options: object = {}) => new HttpCrossEncoder({ provider: "vllm", baseUrl: server.url, ...options });
  const agrees = (scores: readonly number[]) =>
    scores.forEach((score, index) => {
      expect(Math.abs(score - expected[index]!)).toBeLessThan(1e-4);
    });

  it("/v1/rerank, /v2/rerank, /rerank and /score give the engine's scores after the sigmoid", async () => {
    agrees(await scorer().score(QUERY, TEXTS));
    const cohere = new HttpCrossEncoder({ provider: "cohere", baseUrl: server.url, apiKey: "none", model: "tiny" });
    agrees(await cohere.score(QUERY, TEXTS));
    const plain = new HttpCrossEncoder({ provider: "infinity", baseUrl: server.url, model: "tiny" });
    agrees(await plain.score(QUERY, TEXTS));
    const byScore = new HttpCrossEncoder({
      provider: "custom",
      baseUrl: `${server.url}/score`,
      toRequest: ({ query, texts }) => ({ queries: query, documents: texts }),
      fromResponse: (body) => (body as { data: { score: number }[] }).data.map(({ score }) => score),
    });
    agrees(await byScore.score(QUERY, TEXTS));
  });

  it("with use_activation: false it gives logits", async () => {
    const logits = await scorer({ extra: { use_activation: false } }).score(QUERY, TEXTS);
    agrees(logits.map((logit) => 1 / (1 + Math.exp(-logit))));
    expect(Math.abs(logits[0]! - expected[0]!)).toBeGreaterThan(0.01);
  });

  it("one text beyond the model's length fails the request with advice, which works", async () => {
    const texts = [TEXTS[0]!, "honey ".repeat(2000)];
    const error = await scorer({ retries: 0 })
      .score(QUERY, texts)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "BackendError", status: 400, message: /truncate_prompt_tokens: -1/ });
    const [first, long] = await scorer({ extra: { truncate_prompt_tokens: -1 } }).score(QUERY, texts);
    expect(Math.abs(first! - expected[0]!)).toBeLessThan(1e-4);
    expect(long).toBeGreaterThan(0);
  });

  it("a model that cannot decide is a named error that says so, tried once", async () => {
    const decisions = new DecisionScorer({ provider: "vllm", baseUrl: server.url, model: "tiny" });
    const error = await decisions.score(QUERY, TEXTS).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "BackendError", status: expect.toBeOneOf([404, 501]) });
    expect(String(error)).toMatch(/decision/);
  });
});

describe.skipIf(reason)(`vLLM with a model that decides${reason ? ` (${reason})` : ""}`, () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startVllm(path, tinyModel(path, "decider"), ["--max-model-len", "2048"]);
  }, STARTING);
  afterAll(() => server?.stop());

  const scorer = (options: object = {}) =>
    new DecisionScorer({ provider: "vllm", baseUrl: server.url, model: "tiny", ...options });

  it("gives probabilities and reports that a model of random weights puts almost nothing on yes and no", async () => {
    let report: ScorerReport = {};
    const scores = await scorer().score(QUERY, TEXTS, {
      onReport: (told) => {
        report = told;
      },
    });
    expect(scores).toHaveLength(3);
    for (const score of scores) expect(score > 0 && score < 1).toBe(true);
    expect(report.batches).toBe(1);
    expect(report.warnings?.join()).toMatch(/For 3 of 3 passages the model put almost no probability on yes and no/);
    expect(Object.keys(report.usage ?? {})).toContain("input_tokens");
  });

  it("an answer does not depend on the other questions of its request", async () => {
    const together = await scorer().score(QUERY, TEXTS);
    for (const [index, text] of TEXTS.entries()) {
      const [alone] = await scorer().score(QUERY, [text]);
      expect(Math.abs(alone! - together[index]!)).toBeLessThan(1e-5);
    }
  });

  it("with the passage in the state it takes one request per passage", async () => {
    let report: ScorerReport = {};
    const scores = await scorer({ question: { passageIn: "state" } }).score(QUERY, TEXTS, {
      onReport: (told) => {
        report = told;
      },
    });
    expect(scores).toHaveLength(3);
    expect(report.batches).toBe(3);
  });

  it("takes 64 questions per request, and 65 passages become two requests", async () => {
    const questions = (count: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, i) => [`p${i}`, { type: "noul", instructions: "Is it true?" }]),
      );
    const url = `${server.url}/v1/systemone`;
    expect((await post(url, { model: "tiny", state: "s", questions: questions(64) })).status).toBe(200);
    const refused = await post(url, { model: "tiny", state: "s", questions: questions(65) });
    expect(refused.status).toBe(400);
    expect(JSON.stringify(refused.json)).toContain("at most 64");
    let report: ScorerReport = {};
    const texts = Array.from({ length: 65 }, (_, index) => `Passage ${index}.`);
    const scores = await scorer().score(QUERY, texts, {
      onReport: (told) => {
        report = told;
      },
    });
    expect(scores).toHaveLength(65);
    expect(report.batches).toBe(2);
  });

  it("a state beyond the model's length is a BackendError with the server's words", async () => {
    const error = await scorer({ retries: 0, question: { passageIn: "state" } })
      .score(QUERY, ["honey ".repeat(3000)])
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "BackendError", status: 400, message: /2048/ });
  });

  it("a question type that it does not know is an error of the whole request", async () => {
    const body = { model: "tiny", state: "s", questions: { p0: { type: "predicate", instructions: "Is it true?" } } };
    const { status, json } = await post(`${server.url}/v1/systemone`, body);
    expect(status).toBe(400);
    expect(JSON.stringify(json)).toContain("predicate");
  });
});
