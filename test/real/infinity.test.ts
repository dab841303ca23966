import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { HttpCrossEncoder } from "../../src/http.js";
import { OnnxCrossEncoder } from "../../src/onnx.js";
import type { RunningServer } from "./processes.js";
import { startInfinity, tinyModel } from "./tiny-servers.js";

const { path = "", reason } = inject("installed").infinity;

const QUERY = "what do bees see";
const TEXTS = [
  "Bees see ultraviolet light, which guides them to nectar.",
  "The bank raised its interest rates twice this year.",
  "Trains to the coast leave every hour.",
];

describe.skipIf(reason)(`Infinity${reason ? ` (${reason})` : ""}`, () => {
  let server: RunningServer;
  let engine: OnnxCrossEncoder;
  beforeAll(async () => {
    engine = new OnnxCrossEncoder({ model: tinyModel(path, "cross-encoder"), activation: "sigmoid" });
    server = await startInfinity(path, tinyModel(path, "cross-encoder"));
  }, 700_000);
  afterAll(async () => {
    await server?.stop();
    await engine?.dispose();
  });

  const scorer = (options: object = {}) =>
    new HttpCrossEncoder({ provider: "infinity", baseUrl: server.url, model: "tiny", ...options });

  it("/rerank gives the engine's scores after the sigmoid", async () => {
    const expected = await engine.score(QUERY, TEXTS);
    const scores = await scorer().score(QUERY, TEXTS);
    scores.forEach((score, index) => {
      expect(Math.abs(score - expected[index]!)).toBeLessThan(1e-4);
    });
  });

  it("with raw_scores it gives logits", async () => {
    const logits = new OnnxCrossEncoder({ model: tinyModel(path, "cross-encoder"), activation: "identity" });
    const expected = await logits.score(QUERY, TEXTS);
    await logits.dispose();
    const scores = await scorer({ extra: { raw_scores: true } }).score(QUERY, TEXTS);
    scores.forEach((score, index) => {
      expect(Math.abs(score - expected[index]!)).toBeLessThan(1e-3);
    });
  });

  it("a text beyond the model's limit is truncated without a warning", async () => {
    const [long] = await scorer().score(QUERY, ["honey ".repeat(5000)]);
    const [short] = await scorer().score(QUERY, ["honey ".repeat(600)]);
    expect(Math.abs(long! - short!)).toBeLessThan(1e-6);
  });

  it("more than its 2048 texts are split over requests", async () => {
    const texts = Array.from({ length: 2049 }, (_, index) => `text ${index}`);
    let report: { batches?: number } = {};
    const scores = await scorer().score("text", texts, { onReport: (told) => (report = told) });
    expect(scores).toHaveLength(2049);
    expect(report.batches).toBe(2);
    const direct = await fetch(`${server.url}/rerank`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "tiny", query: "text", documents: texts }),
    });
    expect(direct.status).toBe(422);
  });

  it("with a single model it answers to any model name", async () => {
    const expected = await scorer().score(QUERY, TEXTS);
    const scores = await scorer({ model: "other" }).score(QUERY, TEXTS);
    scores.forEach((score, index) => {
      expect(Math.abs(score - expected[index]!)).toBeLessThan(1e-6);
    });
  });

  it("behind --url-prefix and --api-key, /v1/rerank answers, and a wrong key is refused once", async () => {
    const key = "sk-infinity-1234567890";
    const prefixed = await startInfinity(path, tinyModel(path, "cross-encoder"), [
      "--url-prefix",
      "/v1",
      "--api-key",
      key,
    ]);
    try {
      const baseUrl = `${prefixed.url}/v1`;
      const expected = await scorer().score(QUERY, TEXTS);
      expect(await scorer({ baseUrl, apiKey: key }).score(QUERY, TEXTS)).toEqual(expected);
      const error = await scorer({ baseUrl, apiKey: "sk-wrong-0987654321" })
        .score(QUERY, TEXTS)
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: "BackendError", status: 401 });
      expect(JSON.stringify([error, String(error)])).not.toContain("sk-wrong-0987654321");
    } finally {
      await prefixed.stop();
    }
  }, 700_000);
});
