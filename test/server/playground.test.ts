import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RerankServer } from "../../src/apps/server/listen.js";
import type { PlaygroundOptions } from "../../src/apps/server/playground.js";
import { built } from "../support/built.js";
import { golden, post, start, tinyCrossEncoder, tinyEmbeddings } from "./fixtures.js";

const KEY = "server-key-1234567890";
const html = await readFile(built("playground/index.html"), "utf8");
const [query] = golden.pairs[0] as [string, string];
const documents = golden.pairs.slice(0, 6).map(([, document]) => document);

const playground = (): PlaygroundOptions => ({
  html,
  models: [
    { id: "tiny", kind: "cross-encoder", languages: ["en"], scorer: tinyCrossEncoder() },
    { id: "tiny-embedder", kind: "embedding", embedder: tinyEmbeddings() },
  ],
});
const rerankers = () => new Map([["tiny", tinyCrossEncoder()]]);
const asBrowser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

let server: RerankServer;
let guarded: RerankServer;
let bare: RerankServer;

beforeAll(async () => {
  server = await start({ rerankers: rerankers(), playground: playground(), maxDocuments: 50 });
  guarded = await start({ rerankers: rerankers(), playground: playground(), apiKey: KEY });
  bare = await start({ rerankers: rerankers() });
});
afterAll(async () => {
  for (const each of [server, guarded, bare]) await each.close();
});

describe("the page", () => {
  it("is served to browsers with a policy that allows its script and style only", async () => {
    const response = await fetch(`${server.url}/`, { headers: asBrowser });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(await response.text()).toBe(html);
    const policy = response.headers.get("content-security-policy") ?? "";
    const hash = (tag: string) => {
      const code = html.slice(html.indexOf(tag) + tag.length, html.indexOf("</", html.indexOf(tag)));
      return `'sha256-${createHash("sha256").update(code).digest("base64")}'`;
    };
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`style-src ${hash("<style>")};`);
    expect(policy).toMatch(/script-src 'sha256-[\w+/]{43}=';/);
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("vary")).toBe("accept");
  });

  it("has the same headers and no body for HEAD", async () => {
    const response = await fetch(`${server.url}/`, { method: "HEAD", headers: asBrowser });
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(await response.text()).toBe("");
  });

  it("refers to nothing outside itself", () => {
    expect(html).not.toMatch(/(src|href)="(?!#|data:)/);
    expect(html).not.toMatch(/@import|url\((?!#|data:)/);
    expect(Buffer.byteLength(html)).toBeLessThan(80_000);
  });

  it.each([{ accept: "application/json" }, { accept: "*/*" }])("clients that ask with %j get JSON", async (headers) => {
    const response = await fetch(`${server.url}/`, { headers });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { code: "not_found" } });
  });

  it("is 404 on a server without it, as are its routes", async () => {
    for (const path of ["/", "/playground/models"]) {
      const response = await fetch(bare.url + path, { headers: asBrowser });
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ error: { code: "not_found" } });
    }
    expect((await post(`${bare.url}/playground/rerank`, { query, documents })).status).toBe(404);
  });

  it("needs no key, but its requests do", async () => {
    expect((await fetch(`${guarded.url}/`, { headers: asBrowser })).status).toBe(200);
    expect((await fetch(`${guarded.url}/playground/models`)).status).toBe(401);
    const body = { query, documents, method: { reranker: "cross-encoder", model: "tiny" } };
    expect((await post(`${guarded.url}/playground/rerank`, body)).status).toBe(401);
    expect((await post(`${guarded.url}/playground/rerank`, body, { authorization: `Bearer ${KEY}` })).status).toBe(200);
  });
});

describe("requests of the page", () => {
  const rerank = (method: object, more: object = {}) =>
    post(`${server.url}/playground/rerank`, { query, documents, method, ...more });

  it("list the models", async () => {
    const response = await fetch(`${server.url}/playground/models`);
    expect(await response.json()).toEqual({
      models: [
        { id: "tiny", kind: "cross-encoder", languages: ["en"] },
        { id: "tiny-embedder", kind: "embedding" },
      ],
    });
  });

  it("rank with a cross-encoder as /v1/rerank does", async () => {
    const { status, body } = await rerank({ reranker: "cross-encoder", model: "tiny" });
    const api = await post(`${server.url}/v1/rerank`, { query, documents });
    expect(status).toBe(200);
    expect(body.results.map(({ index, score }: { index: number; score: number }) => [index, score])).toEqual(
      api.body.results.map((result: { index: number; relevance_score: number }) => [
        result.index,
        result.relevance_score,
      ]),
    );
    expect(body.milliseconds).toBeGreaterThan(0);
    expect(body.results[0]).not.toHaveProperty("stages");
  });

  it("compare embeddings by their cosine", async () => {
    const { body } = await rerank({ reranker: "embedding", embeddings: "tiny-embedder" });
    const scores = body.results.map(({ score }: { score: number }) => score);
    expect(scores).toEqual(scores.toSorted((a: number, b: number) => b - a));
    expect(scores.every((score: number) => score >= -1 && score <= 1 + 1e-9)).toBe(true);
  });

  it("return both stages of a hybrid, without `cross` for documents it did not read", async () => {
    const models = { model: "tiny", embeddings: "tiny-embedder" };
    const { body } = await rerank({ reranker: "hybrid", ...models, alpha: 0.5, topK: 2 });
    const read = body.results.filter(({ stages }: { stages: { cross?: number } }) => stages.cross !== undefined);
    expect(body.results).toHaveLength(documents.length);
    expect(read).toEqual(body.results.slice(0, 2));
    for (const { stages } of body.results) expect(stages.first).toEqual(expect.any(Number));
  });

  it("put blank documents last", async () => {
    const { body } = await rerank(
      { reranker: "cross-encoder", model: "tiny" },
      { documents: ["", documents[0], documents[1]] },
    );
    expect(body.results.at(-1)).toMatchObject({ index: 0, score: 0 });
  });

  const hybrid = { reranker: "hybrid", model: "tiny", embeddings: "tiny-embedder", alpha: 0.7, topK: 20 };
  it.each<[object, number, string]>([
    [{ method: undefined }, 400, "method"],
    [{ method: [] }, 400, "method"],
    [{ method: {} }, 400, "method.reranker"],
    [{ method: { reranker: "cross-encoder" } }, 400, "method.model"],
    [{ method: { reranker: "cross-encoder", model: "tiny-embedder" } }, 404, "model"],
    [{ method: { reranker: "embedding", embeddings: "tiny" } }, 404, "embeddings"],
    [{ method: { ...hybrid, alpha: 1.1 } }, 400, "method.alpha"],
    [{ method: { ...hybrid, alpha: null } }, 400, "method.alpha"],
    [{ method: { ...hybrid, topK: 0 } }, 400, "method.topK"],
    [{ method: { ...hybrid, topK: undefined } }, 400, "method.topK"],
    [{ query: " " }, 400, "query"],
    [{ documents: [] }, 400, "documents"],
    [{ documents: [{ text: "d" }] }, 400, "documents[0]"],
    [{ documents: Array(51).fill("d") }, 413, "documents"],
  ])("are refused for %j with %d", async (changes, status, param) => {
    expect(await rerank(hybrid, changes)).toMatchObject({ status, body: { error: { param } } });
  });

  it("are 405 with other methods", async () => {
    expect((await fetch(`${server.url}/playground/rerank`)).status).toBe(405);
    expect((await post(`${server.url}/playground/models`, {})).status).toBe(405);
  });
});
