import { inspect } from "node:util";
import { createCohere } from "@ai-sdk/cohere";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AiSdkCrossEncoder, type AiSdkCrossEncoderOptions, type AiSdkRerankingModel } from "../../../src/ai-sdk.js";
import type { ScorerReport } from "../../../src/scorers/relevance-scorer.js";
import { cohereAnswer, overlap, type RerankServer, sendJson, soon, startServer } from "../remote/rerank-server.js";

const KEY = "co-secret-0987654321";
const QUERY = "text tea";
const TEXTS = ["first text on tea", "second", "third text"];
let server: RerankServer;

beforeEach(async () => {
  vi.stubEnv("CO_API_KEY", KEY);
  server = await startServer(cohereAnswer);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

/** The AI SDK's own Cohere provider, pointed at the server. */
const scorerFor = (more: Partial<AiSdkCrossEncoderOptions> = {}) =>
  new AiSdkCrossEncoder({
    model: createCohere({ baseURL: `${server.url}/v2`, apiKey: KEY }).reranking("rerank-v3.5"),
    ...more,
  });

it("scores with any reranking model of the AI SDK, in batches, in the order of the texts", async () => {
  const reports: ScorerReport[] = [];
  const scorer = scorerFor({
    maxBatchSize: 2,
    headers: { "x-team": "search" },
    providerOptions: { cohere: { priority: 3 } },
  });
  const scores = await scorer.score(QUERY, ["", ...TEXTS], { onReport: (report) => reports.push(report) });
  expect(scores).toEqual([-(2 ** 100), ...TEXTS.map((text) => overlap(QUERY, text))]);
  expect(reports).toEqual([
    { model: "cohere.reranking:rerank-v3.5", batches: 2, retries: 0, milliseconds: { request: expect.any(Number) } },
  ]);
  expect(server.received[0]?.path).toBe("/v2/rerank");
  expect(server.received[0]?.headers["x-team"]).toBe("search");
  expect(server.received[0]?.body).toMatchObject({ model: "rerank-v3.5", priority: 3 });
});

it("applies an activation and reports the raw scores", async () => {
  const reports: ScorerReport[] = [];
  const scorer = scorerFor({ activation: "sigmoid" });
  const [score] = await scorer.score(QUERY, ["text tea"], { onReport: (report) => reports.push(report) });
  const raw = overlap(QUERY, "text tea");
  expect(score).toBeCloseTo(1 / (1 + Math.exp(-raw)), 12);
  expect(reports[0]?.raw).toEqual([raw]);
});

it("retries 429 and 5xx and no other status", async () => {
  server.answer((received, response) => {
    if (server.received.length === 1) sendJson(response, 429, { message: "slow down" }, { "retry-after": "0" });
    else if (server.received.length === 2) sendJson(response, 503, { message: "busy" });
    else return cohereAnswer(received);
  });
  const reports: ScorerReport[] = [];
  await scorerFor().score(QUERY, TEXTS, { onReport: (report) => reports.push(report) });
  expect(reports[0]?.retries).toBe(2);

  server.answer((_, response) => sendJson(response, 422, { message: "no" }, { "x-debug-trace-id": "t-1" }));
  await expect(scorerFor().score(QUERY, TEXTS)).rejects.toMatchObject({
    name: "BackendError",
    status: 422,
    requestId: "t-1",
    message: /no/,
  });
  expect(server.received).toHaveLength(4);
});

it("rejects with a BackendError if the server is down", async () => {
  await server.close();
  await expect(scorerFor({ retries: 0 }).score(QUERY, TEXTS)).rejects.toMatchObject({
    name: "BackendError",
    status: undefined,
  });
});

it("says that a proxy asks for credentials, and does not ask again", async () => {
  server.answer((_, response) => void response.writeHead(407, { "proxy-authenticate": "Basic" }).end());
  await expect(scorerFor().score(QUERY, TEXTS)).rejects.toMatchObject({
    name: "BackendError",
    status: 407,
    message: /answered 407: A proxy on the way asks for credentials/,
  });
  expect(server.received).toHaveLength(1);
});

it("shows neither the key nor the request in errors or the scorer", async () => {
  server.answer((_, response) => sendJson(response, 401, { message: `invalid key ${KEY}` }));
  const scorer = scorerFor();
  const error = await scorer.score(QUERY, TEXTS).catch((thrown: unknown) => thrown);
  const shown = inspect([error, scorer], { depth: 12, showHidden: true }) + JSON.stringify([error, scorer]);
  expect(shown).toContain("[redacted]");
  expect(shown).not.toContain(KEY);
  expect(shown).not.toContain("first text on tea");
});

describe("time and aborts", () => {
  it("closes the socket after a timeout or an abort", async () => {
    server.answer(() => new Promise(() => undefined));
    await expect(scorerFor({ timeout: 200 }).score(QUERY, TEXTS)).rejects.toMatchObject({ name: "RerankTimeoutError" });
    const controller = new AbortController();
    const call = scorerFor().score(QUERY, TEXTS, { signal: controller.signal });
    await soon(() => expect(server.received).toHaveLength(2));
    controller.abort("left");
    await expect(call).rejects.toBe("left");
    await soon(() => expect(server.received.map(({ dropped }) => dropped)).toEqual([true, true]));
  });
});

describe("a ranking that cannot be used", () => {
  const model = (ranking: unknown): AiSdkRerankingModel => ({
    specificationVersion: "v4",
    provider: "own",
    modelId: "m",
    doRerank: async () => ({ ranking }) as never,
  });

  it.each<[string, unknown, RegExp]>([
    ["none", undefined, /no ranking/],
    ["short", [{ index: 0, relevanceScore: 1 }], /1 scores for 3/],
    ["doubled", [0, 0, 1].map((index) => ({ index, relevanceScore: 1 })), /index 0 twice/],
    ["out of range", [0, 1, 3].map((index) => ({ index, relevanceScore: 1 })), /index 3/],
    ["with null", [null, { index: 0, relevanceScore: 1 }], /entry 0 of its ranking is null/],
    ["NaN", [0, 1, 2].map((index) => ({ index, relevanceScore: Number.NaN })), /NaN/],
    ["text", [0, 1, 2].map((index) => ({ index, relevanceScore: "1" })), /score 1/],
  ])("%s", async (_, ranking, message) => {
    const scorer = new AiSdkCrossEncoder({ model: model(ranking) });
    await expect(scorer.score(QUERY, TEXTS)).rejects.toMatchObject({ name: "InvalidResponseError", message });
  });

  it("in no answer at all", async () => {
    const silent = { ...model([]), doRerank: async () => undefined as never };
    await expect(new AiSdkCrossEncoder({ model: silent }).score(QUERY, TEXTS)).rejects.toMatchObject({
      name: "InvalidResponseError",
      message: /no ranking/,
    });
  });

  it("accepts a model of the newest specification", async () => {
    const ranking = [2, 0, 1].map((index) => ({ index, relevanceScore: index / 2 }));
    expect(await new AiSdkCrossEncoder({ model: model(ranking) }).score(QUERY, TEXTS)).toEqual([0, 0.5, 1]);
  });
});

it.each<[unknown, string]>([
  [undefined, "model"],
  [{ model: " " }, "model"],
  [{ model: { doRerank: () => undefined }, maxBatchSize: 0 }, "maxBatchSize"],
  [{ model: { doRerank: () => undefined }, timeout: -1 }, "timeout"],
])("refuses the options %j", (options, option) => {
  expect(() => new AiSdkCrossEncoder(options as AiSdkCrossEncoderOptions)).toThrow(
    expect.objectContaining({ name: "InvalidOptionError", option }),
  );
});

describe("a model that is given by name", () => {
  const globals = globalThis as { AI_SDK_DEFAULT_PROVIDER?: unknown };
  afterEach(() => {
    delete globals.AI_SDK_DEFAULT_PROVIDER;
  });

  it("is resolved by the AI SDK's default provider at the first call", async () => {
    const cohere = createCohere({ baseURL: `${server.url}/v2`, apiKey: KEY });
    const names: string[] = [];
    globals.AI_SDK_DEFAULT_PROVIDER = {
      rerankingModel: (name: string) => {
        names.push(name);
        return cohere.reranking("rerank-v3.5");
      },
    };
    const scorer = new AiSdkCrossEncoder({ model: "cohere/rerank-v3.5" });
    expect(names).toEqual([]);
    expect(await scorer.score(QUERY, TEXTS)).toEqual(TEXTS.map((text) => overlap(QUERY, text)));
    expect(names).toEqual(["cohere/rerank-v3.5"]);
    expect(scorer.model).toBe("cohere/rerank-v3.5");
  });

  it("is an error that names the package if the provider has no reranking models", async () => {
    globals.AI_SDK_DEFAULT_PROVIDER = {};
    await expect(new AiSdkCrossEncoder({ model: "cohere/rerank-v3.5" }).score(QUERY, TEXTS)).rejects.toMatchObject({
      name: "MissingDependencyError",
      dependency: "ai",
    });
  });
});
