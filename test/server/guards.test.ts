import { request } from "node:http";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isLoopback } from "../../src/apps/server/guards.js";
import type { RerankServer } from "../../src/apps/server/listen.js";
import { readTimeout } from "../../src/apps/server/request-timeout.js";
import { post, start } from "./fixtures.js";

const scorer = { score: async (_: string, texts: readonly string[]) => texts.map((text) => text.length) };
const rerankers = new Map([["length", scorer]]);
const BODY = { query: "q", documents: ["d"] };
const KEY = "server-key-1234567890";

let server: RerankServer;
let open: RerankServer;
beforeAll(async () => {
  server = await start({
    rerankers,
    allowedHosts: ["Rerank.example"],
    corsOrigins: ["https://app.example"],
    apiKey: KEY,
  });
  open = await start({ rerankers });
});
afterAll(async () => {
  await server.close();
  await open.close();
});

/** A GET of /health with a Host header, which `fetch` does not let us set. */
function healthFor(host: string, url = server.url): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(`${url}/health`, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end();
  });
}

describe("the Host header while bound to a loopback address", () => {
  it.each([
    "localhost",
    "LOCALHOST:8787",
    "127.0.0.1:1",
    "127.8.9.1",
    "[::1]:8787",
    "a.localhost",
    "rerank.example:80",
  ])("may be %s", async (host) => {
    expect(await healthFor(host)).toBe(200);
  });

  it.each(["other.example", "127.0.0.1.other.example", "rerank.example.other", "10.0.0.1", "localhost.example"])(
    "must not be %s",
    async (host) => {
      expect(await healthFor(host)).toBe(403);
    },
  );

  it("is not checked while bound to every address, where the key protects the server", async () => {
    const exposed = await start({ rerankers, host: "0.0.0.0" });
    expect(await healthFor("other.example", exposed.url)).toBe(200);
    expect(exposed.exposed).toBe(true);
    await exposed.close();
  });

  it.each([
    ["127.0.0.1", true],
    ["::1", true],
    ["localhost", true],
    ["0.0.0.0", false],
    ["::", false],
    ["localhost.example", false],
  ])("isLoopback(%j) is %s", (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });
});

describe("CORS", () => {
  const preflight = (url: string, origin: string) =>
    fetch(`${url}/v1/rerank`, {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization" },
    });

  it("lets pages of the named origin call the server, key and errors included", async () => {
    const allowed = await preflight(server.url, "https://app.example");
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get("access-control-allow-origin")).toBe("https://app.example");
    expect(allowed.headers.get("access-control-allow-headers")).toContain("authorization");
    const refused = await post(`${server.url}/v1/rerank`, BODY, { origin: "https://app.example" });
    expect(refused.status).toBe(401);
    expect(refused.headers.get("access-control-allow-origin")).toBe("https://app.example");
  });

  it("refuses other origins, and all of them without --cors", async () => {
    const other = await preflight(server.url, "https://other.example");
    expect(other.headers.get("access-control-allow-origin")).toBeNull();
    const none = await post(`${open.url}/v1/rerank`, BODY, { origin: "https://app.example" });
    expect(none.headers.get("access-control-allow-origin")).toBeNull();
  });
});

describe("paths", () => {
  it.each(["/v1/rerank/", "//v1/rerank", "/v1//rerank", "/v1/rerank?x=1", "/v2/rerank//", "/rerank/"])(
    "%s reaches the route",
    async (path) => {
      expect((await post(open.url + path, BODY)).status).toBe(200);
    },
  );

  it.each(["/v1/rerank/x", "/v3/rerank", "/"])("%s is 404", async (path) => {
    expect((await post(open.url + path, BODY)).status).toBe(404);
  });
});

describe("encodings of the body", () => {
  const send = (body: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
    fetch(`${open.url}/v1/rerank`, {
      method: "POST",
      body,
      headers: { "content-type": "application/json", ...headers },
    });
  const text = JSON.stringify({ query: "café", documents: ["thé"] });

  it("rejects bytes that are not UTF-8", async () => {
    for (const encoding of ["latin1", "utf16le"] as const) {
      const response = await send(Buffer.from(text, encoding));
      expect(response.status).toBe(400);
      expect((await response.json()).error).toMatchObject({ param: "body" });
    }
    const latin1 = await (await send(Buffer.from(text, "latin1"))).json();
    expect(latin1.error.message).toMatch(/must be UTF-8/);
  });

  it.each(["iso-8859-1", '"Shift_JIS"'])("names another charset, such as %s", async (charset) => {
    const response = await send(Buffer.from(text), { "content-type": `application/json; charset=${charset}` });
    expect(response.status).toBe(400);
    expect((await response.json()).message).toBe(`body: must be UTF-8, not ${charset.replaceAll('"', "")}`);
  });

  it("accepts UTF-8 with or without a charset, and a byte order mark", async () => {
    for (const type of ["application/json", "application/json; charset=utf-8", "application/json; charset=UTF8", ""]) {
      expect((await send(Buffer.from(text), { "content-type": type })).status).toBe(200);
    }
    expect((await send(Buffer.from(`\uFEFF${text}`))).status).toBe(200);
  });

  it.each(["gzip", "br", "GZIP"])("answers 415 to content-encoding %s", async (encoding) => {
    const response = await send(gzipSync(text), { "content-encoding": encoding });
    expect(response.status).toBe(415);
    expect((await response.json()).error).toMatchObject({ code: "unsupported_encoding", message: /uncompressed/ });
  });
});

describe("fields of the body", () => {
  it.each([
    ["/v1/rerank", { ...BODY, top_k: 1 }, "top_k"],
    ["/v1/rerank", { ...BODY, topN: 1 }, "topN"],
    ["/v2/rerank", { ...BODY, return_text: true }, "return_text"],
    ["/rerank", { query: "q", texts: ["d"], top_n: 1 }, "top_n"],
    ["/rerank", { ...BODY, texts: ["d"] }, "texts"],
  ])("that are unknown to %s are named: %j", async (path, body, param) => {
    expect(await post(open.url + path, body)).toMatchObject({
      status: 400,
      body: { error: { param, message: expect.stringContaining("is not a field of this request; its fields are ") } },
    });
  });

  it("that a dialect defines and that have no effect here are accepted", async () => {
    const body = { ...BODY, max_chunks_per_doc: 3, rank_fields: ["text"], truncate_prompt_tokens: 100, user: "u" };
    expect((await post(`${open.url}/v1/rerank`, body)).status).toBe(200);
  });
});

describe("request ids", () => {
  it("come back as they were sent, on errors too", async () => {
    const ok = await post(`${open.url}/v1/rerank`, BODY, { "x-request-id": "trace-1" });
    expect(ok.headers.get("x-request-id")).toBe("trace-1");
    expect(ok.body.id).toBe("trace-1");
    const bad = await post(`${open.url}/v1/rerank`, {}, { "x-request-id": "trace-2" });
    expect(bad.headers.get("x-request-id")).toBe("trace-2");
  });

  it("are made where there is none, or where it could break a log line", async () => {
    const made = await post(`${open.url}/v1/rerank`, BODY);
    expect(made.headers.get("x-request-id")).toMatch(/^[\w-]{36}$/);
    const replaced = await post(`${open.url}/v1/rerank`, BODY, { "x-request-id": "a b{}" });
    expect(replaced.headers.get("x-request-id")).toMatch(/^[\w-]{36}$/);
  });
});

describe("X-Request-Timeout", () => {
  it.each([
    ["250", 250],
    ["250ms", 250],
    ["1.5s", 1500],
    [undefined, 2000],
    ["60s", 2000],
  ])("%s is %d ms under a limit of 2000 ms", (header, expected) => {
    expect(readTimeout(header, 2000)).toBe(expected);
  });

  it.each(["0", "-1", "soon", "1m", ""])("%j is 400 and names the header", async (header) => {
    expect(await post(`${open.url}/v1/rerank`, BODY, { "x-request-timeout": header })).toMatchObject({
      status: 400,
      body: { error: { param: "x-request-timeout" } },
    });
  });
});
