import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { RerankServer } from "../../src/apps/server/listen.js";
import { post, start, tinyCrossEncoder } from "./fixtures.js";

const KEY = "server-key-1234567890";
let server: RerankServer;
let guarded: RerankServer;

beforeAll(async () => {
  const rerankers = new Map([["tiny", tinyCrossEncoder()]]);
  server = await start({ rerankers, maxDocuments: 8, maxBodyBytes: 20_000 });
  guarded = await start({ rerankers, apiKey: KEY });
});
afterAll(async () => {
  await server.close();
  await guarded.close();
});

const PATHS = ["/rerank", "/v1/rerank", "/v2/rerank"];

it.each<[unknown, string]>([
  ["", "body"],
  ["{", "body"],
  ["[]", "body"],
  ["null", "body"],
  ["7", "body"],
  [{}, "query"],
  [{ query: 7, documents: ["d"] }, "query"],
  [{ query: " ", documents: ["d"] }, "query"],
  [{ query: ["q"], documents: ["d"] }, "query"],
  [{ query: "q" }, "documents"],
  [{ query: "q", documents: "d" }, "documents"],
  [{ query: "q", documents: [] }, "documents"],
  [{ query: "q", documents: { 0: "d" } }, "documents"],
  [{ query: "q", documents: ["d", 7] }, "documents[1]"],
  [{ query: "q", documents: ["d", null] }, "documents[1]"],
  [{ query: "q", documents: [{ title: "d" }] }, "documents[0]"],
  [{ query: "q", documents: [{ text: 7 }] }, "documents[0]"],
  [{ query: "q", documents: [["d"]] }, "documents[0]"],
  [{ query: "q", documents: ["d"], top_n: 0 }, "top_n"],
  [{ query: "q", documents: ["d"], top_n: -1 }, "top_n"],
  [{ query: "q", documents: ["d"], top_n: 1.5 }, "top_n"],
  [{ query: "q", documents: ["d"], top_n: "3" }, "top_n"],
  [{ query: "q", documents: ["d"], model: 7 }, "model"],
  [{ query: "q", documents: ["d"], raw_scores: "yes" }, "raw_scores"],
])("answers 400 to %j and names the field", async (body, param) => {
  for (const path of PATHS) {
    const { status, body: answer } = await post(server.url + path, body);
    expect(status).toBe(400);
    expect(answer.error).toMatchObject({ param, type: "invalid_request_error" });
    expect(answer.message).toContain(param);
  }
});

it.each<[unknown, string]>([
  [{ query: "q", texts: "d" }, "texts"],
  [{ query: "q", texts: [{ text: "d" }] }, "texts[0]"],
  [{ query: "q", texts: ["d"], return_text: 1 }, "return_text"],
  [{ query: "q", texts: ["d"], truncate: "no" }, "truncate"],
  [{ query: "q", texts: ["d"], truncation_direction: "Left" }, "truncation_direction"],
])("answers 400 to the TEI body %j and names the field", async (body, param) => {
  expect(await post(`${server.url}/rerank`, body)).toMatchObject({ status: 400, body: { error: { param } } });
});

it("answers every body with JSON and a fitting status, and keeps running", async () => {
  const field = fc.constantFrom(
    "query",
    "documents",
    "texts",
    "model",
    "top_n",
    "return_documents",
    "raw_scores",
    "truncate",
    "x",
  );
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.string({ unit: "binary" }),
    fc.array(fc.string({ unit: "grapheme" }), { maxLength: 12 }),
    fc.constantFrom(null, "q", ["d"], "tiny", 1e308, -0, { text: "d" }, [{ text: "d" }], "\ud800", ["\u0000"]),
  );
  const body = fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .array(fc.tuple(field, value), { maxLength: 7 })
        .map((entries) => JSON.stringify(Object.fromEntries(entries))),
    },
    { weight: 1, arbitrary: fc.json() },
    { weight: 1, arbitrary: fc.string({ unit: "binary" }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...PATHS), body, async (path, text) => {
      const { status, body: answer } = await post(server.url + path, text);
      expect([200, 400, 404, 413, 422]).toContain(status);
      if (status === 200) expect(Array.isArray(answer) || Array.isArray(answer.results)).toBe(true);
      else expect(typeof answer.error.param).toBe("string");
    }),
    { numRuns: 400 },
  );
  expect((await post(`${server.url}/v1/rerank`, { query: "q", documents: ["d"] })).status).toBe(200);
});

it("answers 413 to too many texts and too many bytes", async () => {
  const many = await post(`${server.url}/v1/rerank`, { query: "q", documents: Array(9).fill("d") });
  expect(many).toMatchObject({ status: 413, body: { error: { param: "documents", message: /at most 8/ } } });
  const large = await post(`${server.url}/v1/rerank`, { query: "q", documents: ["x".repeat(30_000)] });
  expect(large).toMatchObject({ status: 413, body: { error: { param: "body" } } });
});

it("measures a body without a content-length while it arrives", async () => {
  const stream = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(`{"query":"q","documents":["${"x".repeat(30_000)}"]}`));
      controller.close();
    },
  });
  const init = { method: "POST", body: stream, duplex: "half" } as RequestInit;
  expect((await fetch(`${server.url}/v1/rerank`, init)).status).toBe(413);
});

it("answers 401 without the key everywhere except at /health", async () => {
  const body = { query: "q", documents: ["d"] };
  for (const headers of [
    {},
    { authorization: "Bearer wrong" },
    { authorization: KEY },
    { authorization: `Basic ${KEY}` },
  ]) {
    const answer = await post(`${guarded.url}/v1/rerank`, body, headers as Record<string, string>);
    expect(answer).toMatchObject({ status: 401, body: { error: { type: "authentication_error" } } });
    expect(answer.headers.get("www-authenticate")).toBe("Bearer");
  }
  expect((await fetch(`${guarded.url}/metrics`)).status).toBe(401);
  expect((await fetch(`${guarded.url}/health`)).status).toBe(200);
  expect((await post(`${guarded.url}/v1/rerank`, body, { authorization: `Bearer ${KEY}` })).status).toBe(200);
  expect((await post(`${guarded.url}/v1/rerank`, body, { authorization: `bearer ${KEY}` })).status).toBe(200);
});
