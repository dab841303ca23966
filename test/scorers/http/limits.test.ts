import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HttpCrossEncoder, type HttpCrossEncoderOptions } from "../../../src/http.js";
import type { ScorerReport } from "../../../src/scorers/relevance-scorer.js";
import { cohereAnswer, overlap, type RerankServer, sendJson, startServer } from "../remote/rerank-server.js";

const QUERY = "tea ceremony";
const texts = (count: number, words = 1) =>
  Array.from({ length: count }, (_, index) => `tea ${index} ${"leaf ".repeat(words)}`);

let server: RerankServer;
beforeEach(async () => {
  server = await startServer(cohereAnswer);
});
afterEach(() => server.close());

const scorerFor = (options: object) =>
  new HttpCrossEncoder({ baseUrl: server.url, apiKey: "key-1", ...options } as HttpCrossEncoderOptions);

async function score(options: object, all: readonly string[]) {
  const reports: ScorerReport[] = [];
  const scores = await scorerFor(options).score(QUERY, all, { onReport: (report) => reports.push(report) });
  return { scores, report: reports[0] as ScorerReport };
}

const teiAnswer = (list: string[]) => list.map((text, index) => ({ index, score: overlap(QUERY, text) }));

describe("a request that the server refuses for its size", () => {
  it("is sent again in two halves after TEI's 422, and the report says so", async () => {
    server.answer(({ body }, response) => {
      if (body.texts.length <= 8) return teiAnswer(body.texts);
      const error = `batch size ${body.texts.length} > maximum allowed batch size 8`;
      sendJson(response, 422, { error, error_type: "Validation" });
    });
    const all = texts(16);
    const { scores, report } = await score({ provider: "tei" }, all);
    expect(scores).toEqual(all.map((text) => overlap(QUERY, text)));
    expect(server.received.map(({ body }) => body.texts.length)).toEqual([16, 8, 8]);
    expect(report.batches).toBe(3);
    expect(report.warnings).toEqual([expect.stringContaining("Lower `maxBatchSize`")]);
  });

  it.each([
    ["voyage", 400, { detail: "The max allowed tokens per submitted batch is 600000. Your batch has 812345 tokens." }],
    ["vllm", 400, { error: { message: "This model's maximum context length is 512 tokens.", code: 400 } }],
    ["cohere", 413, { message: "payload" }],
  ])("is sent again in two halves after the error of %s (%d)", async (provider, status, error) => {
    server.answer((received, response) => {
      if (received.body.documents.length > 2) sendJson(response, status, error);
      else if (provider === "voyage") return { data: cohereAnswer(received).results };
      else return cohereAnswer(received);
    });
    const all = texts(4);
    const { scores } = await score({ provider }, all);
    expect(scores).toEqual(all.map((text) => overlap(QUERY, text)));
    expect(server.received).toHaveLength(3);
  });

  it.each([
    ["tei", 422, { error: "batch size 16 > maximum allowed batch size 2" }],
    ["voyage", 400, { detail: "Your batch has too many tokens" }],
    ["cohere", 413, {}],
  ])(
    "fails with the advice to lower `maxBatchSize` if the halves are refused too (%s)",
    async (provider, status, error) => {
      server.answer((_, response) => sendJson(response, status, error));
      await expect(scorerFor({ provider }).score(QUERY, texts(16))).rejects.toMatchObject({
        name: "BackendError",
        status,
        message: /lower `maxBatchSize`/,
      });
      expect(server.received).toHaveLength(2);
    },
  );

  it("is not halved if it holds one text", async () => {
    server.answer((_, response) => sendJson(response, 413, {}));
    await expect(scorerFor({ provider: "cohere" }).score(QUERY, ["tea"])).rejects.toMatchObject({ status: 413 });
    expect(server.received).toHaveLength(1);
  });

  it("is not halved after a 400 that is not about size", async () => {
    server.answer((_, response) => sendJson(response, 400, { message: "unknown model" }));
    await expect(scorerFor({ provider: "cohere" }).score(QUERY, texts(4))).rejects.toMatchObject({ status: 400 });
    expect(server.received).toHaveLength(1);
  });
});

describe("token limits per request", () => {
  it.each([
    ["dashscope", 500, 300, 120_000],
    ["voyage", 1000, 700, 600_000],
    ["contextual", 1000, 500, 400_000],
  ])("keeps the requests of %s below its limit", async (provider, count, words, limit) => {
    server.answer(({ body }) => {
      const documents = (body.documents ?? body.input.documents) as string[];
      const results = documents.map((_, index) => ({ index, relevance_score: 0.5 }));
      return { results, data: results, output: { results } };
    });
    await score({ provider }, texts(count, words));
    expect(server.received.length).toBeGreaterThan(1);
    for (const { body } of server.received) {
      const documents = (body.documents ?? body.input.documents) as string[];
      const characters = documents.reduce((sum, text) => sum + text.length + QUERY.length, 0);
      expect(characters / 3).toBeLessThanOrEqual(limit);
    }
    const sent = server.received.flatMap(({ body }) => body.documents ?? body.input.documents);
    expect(sent).toHaveLength(count);
  });

  it("counts the query once per text", async () => {
    const reports: ScorerReport[] = [];
    server.answer(({ body }) => ({ data: body.documents.map((_: string, index: number) => ({ index, score: 1 })) }));
    const query = "tea ".repeat(3000);
    await scorerFor({ provider: "voyage" }).score(query, texts(400), { onReport: (report) => reports.push(report) });
    expect(reports[0]?.batches).toBeGreaterThan(2);
  });

  it("uses the lower limit of a model that has one", async () => {
    server.answer(({ body }) => ({
      output: { results: body.input.documents.map((_: string, index: number) => ({ index, relevance_score: 0.5 })) },
    }));
    await score({ provider: "dashscope", model: "gte-rerank-v2" }, texts(100, 300));
    const most = Math.max(...server.received.map(({ body }) => body.input.documents.join("").length));
    expect(most / 3).toBeLessThanOrEqual(30_000);
  });
});

describe("a text that is too long for llama.cpp", () => {
  it("is not retried, and the error says how to start the server", async () => {
    const message =
      "input (2793 tokens) is too large to process. increase the physical batch size (current batch size: 512)";
    server.answer((_, response) => sendJson(response, 500, { error: { code: 500, message, type: "server_error" } }));
    await expect(scorerFor({ provider: "llamacpp" }).score(QUERY, texts(4))).rejects.toMatchObject({
      name: "BackendError",
      status: 500,
      message: /`-ub`/,
    });
    expect(server.received).toHaveLength(1);
  });
});

describe("listwise models", () => {
  const jina = { provider: "jina", model: "jina-reranker-v3" };

  it("says in scorer and report that scores hold within one request", async () => {
    expect(scorerFor(jina).scoresHoldWithinRequest).toBe(true);
    expect(scorerFor({ provider: "jina" }).scoresHoldWithinRequest).toBeUndefined();
    const { report } = await score(jina, texts(3));
    expect(report.scoresHoldWithinRequest).toBe(true);
    expect(scorerFor({ provider: "vllm", model: "jinaai/jina-reranker-v3.5" }).scoresHoldWithinRequest).toBe(true);
  });

  it("refuses to split the texts into requests whose scores cannot be compared", async () => {
    await expect(scorerFor({ ...jina, maxBatchSize: 2 }).score(QUERY, texts(3))).rejects.toMatchObject({
      name: "InvalidInputError",
      input: "texts",
      message: /within one request only/,
    });
    expect(server.received).toHaveLength(0);
  });

  it("does not halve a request that is refused for its size", async () => {
    server.answer((_, response) => sendJson(response, 413, {}));
    await expect(scorerFor(jina).score(QUERY, texts(4))).rejects.toMatchObject({ status: 413 });
    expect(server.received).toHaveLength(1);
  });
});

describe("warnings in the report", () => {
  const answerWith = (...scores: number[]) =>
    server.answer(() => ({ results: scores.map((relevance_score, index) => ({ index, relevance_score })) }));

  it("warns if a sigmoid squashes probabilities again", async () => {
    answerWith(0.498, 0.622);
    const { report } = await score({ provider: "vllm", activation: "sigmoid" }, texts(2));
    expect(report.warnings).toEqual([expect.stringContaining("squashed them again")]);
  });

  it("does not warn if a sigmoid is applied to logits", async () => {
    answerWith(-3, 2);
    const { report } = await score({ provider: "vllm", activation: "sigmoid" }, texts(2));
    expect(report.warnings).toBeUndefined();
  });

  it("warns if all texts have the same score", async () => {
    answerWith(1, 1, 1);
    const { report } = await score({ provider: "litellm", model: "m" }, texts(3));
    expect(report.warnings).toEqual([expect.stringContaining("All 3 texts have the score 1")]);
  });

  it("passes on what the server warns of, once, and without the key", async () => {
    const KEY = "sk-secret-0123456789";
    server.answer(() => ({
      results: [{ index: 0, relevance_score: 1 / (server.received.length + 1) }],
      meta: { api_version: { version: "2" }, warnings: [`the key ${KEY} expires soon`, 7] },
    }));
    const { report } = await score({ provider: "cohere", model: "m", apiKey: KEY, maxBatchSize: 1 }, texts(2));
    expect(report).toMatchObject({ batches: 2, warnings: [expect.stringMatching(/^the key .* expires soon$/)] });
    expect(report.warnings![0]).not.toContain(KEY);
  });

  it("warns that LiteLLM drops instructions on most routes", async () => {
    answerWith(0.1, 0.2);
    const { report } = await score({ provider: "litellm", model: "m", instruction: "Find code" }, texts(2));
    expect(report.warnings).toEqual([expect.stringContaining("hosted_vllm/")]);
  });
});

describe("relevant spans of Cohere", () => {
  it("reports them in UTF-16 code units at the indices of the texts", async () => {
    const text = "🍵 tea is green. 🍵🍵 Coffee.";
    server.answer(() => ({
      results: [
        { index: 1, relevance_score: 0.9, relevant_spans: [{ start: 2, end: 15, score: 0.8 }] },
        { index: 0, relevance_score: 0.1 },
      ],
    }));
    const extra = { relevant_spans: { mode: "enabled" } };
    const { report } = await score({ provider: "cohere", extra }, ["no tea", "", text]);
    expect(server.received[0]?.body.relevant_spans).toEqual({ mode: "enabled" });
    expect(report.spans).toEqual([undefined, undefined, [{ start: 3, end: 16, score: 0.8 }]]);
    expect(text.slice(3, 16)).toBe("tea is green.");
  });

  it.each([
    [{ start: 0, end: 99, score: 1 }],
    [{ start: -1, end: 2, score: 1 }],
    [{ start: 3, end: 2, score: 1 }],
    [{ start: "0", end: 2, score: 1 }],
    [7],
  ])("refuses the span %j", async (span) => {
    server.answer(() => ({ results: [{ index: 0, relevance_score: 0.9, relevant_spans: [span] }] }));
    await expect(scorerFor({ provider: "cohere" }).score(QUERY, ["tea"])).rejects.toMatchObject({
      name: "InvalidResponseError",
    });
  });
});

describe("identifiers and bare scores", () => {
  it.each([
    ["an identifier that is no index", { records: [{ id: "first", score: 1 }] }],
    ["an identifier out of range", { records: [{ id: "5", score: 1 }] }],
    ["a record without a score", { records: [{ id: "0" }] }],
  ])("refuses %s", async (_, body) => {
    server.answer(() => body);
    const scorer = scorerFor({ provider: "vertex-ai", baseUrl: `${server.url}/v1/projects/p` });
    await expect(scorer.score(QUERY, ["tea"])).rejects.toMatchObject({ name: "InvalidResponseError" });
  });

  it("refuses bare scores from a provider that sends objects", async () => {
    server.answer(() => ({ results: [0.5] }));
    await expect(scorerFor({ provider: "cohere" }).score(QUERY, ["tea"])).rejects.toMatchObject({
      name: "InvalidResponseError",
    });
  });

  it("refuses a list of bare scores that is too short", async () => {
    server.answer(() => ({ scores: [0.5] }));
    await expect(scorerFor({ provider: "deepinfra", model: "m" }).score(QUERY, ["tea", "milk"])).rejects.toMatchObject({
      message: /1 scores for 2 texts/,
    });
  });
});

it("gives blank texts a score that survives 32-bit floats", async () => {
  const { scores } = await score({ provider: "localai", model: "m" }, ["tea", ""]);
  expect(Number.isFinite(Math.fround(scores[1] as number))).toBe(true);
  expect(scores[1]).toBeLessThan(-1e29);
});
