import { once } from "node:events";
import { createServer } from "node:net";
import { inspect } from "node:util";
import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import { Document } from "@langchain/core/documents";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { isRerankError } from "../../../src/errors.js";
import { HttpCrossEncoder, type HttpScorerOptions } from "../../../src/http.js";
import { CrossEncoderReranker } from "../../../src/index.js";
import type { ScorerReport } from "../../../src/scorers/relevance-scorer.js";
import {
  cohereAnswer,
  type Handler,
  overlap,
  type RerankServer,
  sendJson,
  soon,
  startServer,
} from "../remote/rerank-server.js";

const KEY = "sk-very-secret-1234567890";
const TEXTS = ["first text on tea", "second", "third text"];
const QUERY = "text tea";
const RIGHT = TEXTS.map((text) => overlap(QUERY, text));

let server: RerankServer;
/** Everything any call of these tests put out: errors, logs, reports. The key must be in none of it. */
let output: string[];

beforeEach(async () => {
  server = await startServer(cohereAnswer);
  output = [];
  for (const method of ["log", "warn", "error", "info", "debug"] as const) {
    vi.spyOn(console, method).mockImplementation((...args) => void output.push(inspect(args, { depth: 9 })));
  }
});

afterEach(async () => {
  await server.close();
  vi.restoreAllMocks();
  expect(output.join("\n")).not.toContain(KEY.slice(3, 16));
});

const scorerFor = (more: Partial<HttpScorerOptions> = {}) =>
  new HttpCrossEncoder({ provider: "localai", baseUrl: server.url, model: "m", apiKey: KEY, timeout: 30_000, ...more });

/** Runs a call against a server that behaves so, and collects all it shows. */
async function call(handler: Handler, more: Partial<HttpScorerOptions> = {}) {
  server.answer(handler);
  const scorer = scorerFor(more);
  const reports: ScorerReport[] = [];
  const outcome = await scorer.score(QUERY, TEXTS, { onReport: (report) => reports.push(report) }).then(
    (scores) => ({ scores, error: undefined }),
    (error) => ({ scores: undefined, error }),
  );
  const shown = [scorer, reports, outcome.error];
  output.push(inspect(shown, { depth: 12, showHidden: true }), JSON.stringify(shown), String(outcome.error?.stack));
  output.push(String(outcome.error), JSON.stringify(outcome.error, Object.getOwnPropertyNames(outcome.error ?? {})));
  return { ...outcome, report: reports[0] };
}

const raw =
  (body: string, headers: Record<string, string> = {}, status = 200): Handler =>
  (_, response) => {
    response.writeHead(status, headers);
    response.end(body);
  };

const list = (...results: unknown[]): Handler => raw(JSON.stringify({ results }));

describe("answers that cannot be used", () => {
  const good = [0, 1, 2].map((index) => ({ index, relevance_score: 0.5 }));
  it.each<[string, Handler, string, RegExp]>([
    ["truncated JSON", raw('{"results":[{"index":0,"relevance_sc'), "InvalidResponseError", /not JSON/],
    ["an HTML page with a good status", raw("<!DOCTYPE html><h1>Hi</h1>"), "InvalidResponseError", /not JSON.*DOCTYPE/],
    ["an empty body", raw(""), "InvalidResponseError", /empty/],
    ["null", raw("null"), "InvalidResponseError", /no list/],
    ["a bare number", raw("7"), "InvalidResponseError", /no list/],
    ["an object without a list", raw('{"ok":true}'), "InvalidResponseError", /no list/],
    ["too few", list(good[0], good[1]), "InvalidResponseError", /2 scores for 3 texts/],
    ["none", list(), "InvalidResponseError", /0 scores for 3 texts/],
    [
      "none, and an error beside the empty list",
      raw('{"results":[],"error":{"message":"quota exceeded"}}'),
      "BackendError",
      /answered 200 with an error: .*quota exceeded/,
    ],
    ["too many", list(...good, { index: 3, relevance_score: 1 }), "InvalidResponseError", /index 3 for 3 texts/],
    ["a doubled index", list(good[0], good[1], good[1]), "InvalidResponseError", /index 1 twice/],
    ["an index out of range", list(good[0], good[1], { index: 9, score: 1 }), "InvalidResponseError", /index 9/],
    ["a negative index", list(good[0], good[1], { index: -1, score: 1 }), "InvalidResponseError", /index -1/],
    ["half an index", list(good[0], good[1], { index: 1.5, score: 1 }), "InvalidResponseError", /index 1.5/],
    ["an index as text", list(good[0], good[1], { index: "2", score: 1 }), "InvalidResponseError", /its index/],
    ["no index", list(good[0], good[1], { score: 1 }), "InvalidResponseError", /its index/],
    ["a score as text", list(good[0], good[1], { index: 2, score: "0.5" }), "InvalidResponseError", /its score/],
    ["a null score", list(good[0], good[1], { index: 2, score: null }), "InvalidResponseError", /its score/],
    ["a null result", list(good[0], good[1], null), "InvalidResponseError", /its score/],
    ["NaN", raw('{"results":[{"index":0,"relevance_score":NaN}]}'), "InvalidResponseError", /not JSON/],
    [
      "infinity",
      raw('[{"index":0,"score":1e999},{"index":1,"score":1},{"index":2,"score":1}]'),
      "InvalidResponseError",
      /Infinity/,
    ],
    ["the key where a score should be", list({ index: 0, score: KEY }), "InvalidResponseError", /redacted/],
    [
      "a good status with an error in it",
      raw(`{"error":{"message":"model ${KEY} died"}}`),
      "BackendError",
      /model.*died/,
    ],
    ["a good status with `detail`", raw('{"detail":"no such model"}'), "BackendError", /no such model/],
    [
      "a good status with a code",
      raw('{"code":"InvalidApiKey","message":"bad key","request_id":"r"}'),
      "BackendError",
      /bad key/,
    ],
    ["a JSON text", raw('"overloaded"'), "BackendError", /overloaded/],
  ])("%s", async (_, handler, name, message) => {
    const { error } = await call(handler);
    expect(isRerankError(error)).toBe(true);
    expect(error).toMatchObject({ name, message });
    expect(server.received).toHaveLength(1);
  });

  it("stops reading a body that is larger than allowed", async () => {
    let written = 0;
    const { error } = await call(
      async (_, response) => {
        response.writeHead(200);
        const part = Buffer.alloc(65_536, 32);
        const closed = once(response, "close");
        while (!response.destroyed && written < 2 ** 28) {
          written += part.length;
          if (!response.write(part))
            await Promise.race([new Promise((resolve) => response.once("drain", resolve)), closed]);
        }
        response.end();
      },
      { maxResponseBytes: 2 ** 20 },
    );
    expect(error).toMatchObject({ name: "InvalidResponseError", message: /1048576 bytes/ });
    expect(written).toBeLessThan(2 ** 27);
  });
});

describe("statuses", () => {
  it.each([400, 401, 402, 403, 404, 405, 409, 415, 422, 424, 451, 501])("does not retry %d", async (status) => {
    const { error } = await call((_, response) => {
      sendJson(response, status, { error: { message: `no, and your key is ${KEY}` } }, { "x-request-id": "req-7" });
    });
    expect(error).toMatchObject({ name: "BackendError", status, requestId: "req-7", backend: "localai" });
    expect(error.body).toContain("[redacted]");
    expect(server.received).toHaveLength(1);
  });

  it.each([408, 429, 500, 502, 503, 504, 529])("retries %d, and the report says so", async (status) => {
    const { scores, report } = await call((received, response) => {
      if (server.received.length < 3) sendJson(response, status, {});
      else return cohereAnswer(received);
    });
    expect(scores).toEqual(RIGHT);
    expect(report).toMatchObject({ retries: 2, batches: 1 });
  });

  it("stops after `retries`", async () => {
    const { error } = await call(raw("<html>Bad gateway</html>", { "content-type": "text/html" }, 502), { retries: 2 });
    expect(error).toMatchObject({ name: "BackendError", status: 502, body: "<html>Bad gateway</html>" });
    expect(server.received).toHaveLength(3);
  });

  it("makes one attempt with `retries: 0`", async () => {
    const { error } = await call(raw("", {}, 503), { retries: 0 });
    expect(error).toMatchObject({ status: 503 });
    expect(server.received).toHaveLength(1);
  });

  it("keeps the first 500 characters of an error body, without a key at the cut", async () => {
    const { error } = await call(raw(`${"x".repeat(490)}${KEY}${"y".repeat(70_000)}`, {}, 400));
    expect(error.body).toHaveLength(500);
    expect(error.body).toBe(`${"x".repeat(490)}[redacted]`);
  });

  it.each([
    ["a wait beyond the timeout", "30", { timeout: 2_000 }],
    ["a wait beyond a minute", "3600", { timeout: Number.POSITIVE_INFINITY }],
  ])("gives up at once if a 429 asks for %s", async (_, header, more) => {
    const { error } = await call((_, response) => sendJson(response, 429, {}, { "retry-after": header }), more);
    expect(error).toMatchObject({ name: "BackendError", status: 429 });
    expect(server.received).toHaveLength(1);
  });

  it("gives up on endless 429 after the retries", async () => {
    const { error } = await call((_, response) => sendJson(response, 429, {}, { "retry-after": "0" }), { retries: 2 });
    expect(error).toMatchObject({ status: 429 });
    expect(server.received).toHaveLength(3);
  });

  it.each([301, 302, 303, 307, 308])(
    "does not follow a %d redirect, and the error names the target",
    async (status) => {
      const { error } = await call((_, response) => {
        response.writeHead(status, { location: `/elsewhere?token=${KEY}` });
        response.end();
      });
      expect(error).toMatchObject({
        name: "BackendError",
        status,
        message: /redirected to \S+\/elsewhere\. .*baseUrl/,
      });
      // The second request is for the target, which the `fetch` of Node hides at first.
      expect(server.received.map(({ path }) => path)).toEqual(["/v1/rerank", "/v1/rerank"]);
    },
  );

  it("asks a `fetch` option once for a redirect", async () => {
    const redirect: Handler = (_, response) => void response.writeHead(307, { location: "/elsewhere" }).end();
    const { error } = await call(redirect, { fetch: (url, init) => fetch(url, init) });
    expect(error).toMatchObject({ name: "BackendError", status: 307, message: /redirected to \S+\/elsewhere\. / });
    expect(server.received).toHaveLength(1);
  });

  it("asks a global `fetch` that was replaced once, whatever it fails with", async () => {
    const replaced = vi.fn(async () => {
      throw new TypeError("no reason");
    });
    vi.stubGlobal("fetch", replaced);
    const { error } = await call(() => undefined, { retries: 0 }).finally(() => vi.unstubAllGlobals());
    expect(error).toMatchObject({ name: "BackendError" });
    expect(replaced).toHaveBeenCalledTimes(1);
  });

  it("names a 421, after which `fetch` sends the body a second time", async () => {
    const { error } = await call((_, response) => sendJson(response, 421, { message: "not my host" }));
    expect(error).toMatchObject({ name: "BackendError", status: 421, message: /answered 421: not my host/ });
  });
});

describe("a proxy that asks for credentials", () => {
  const asked = { name: "BackendError", status: 407, message: /answered 407.*asks for credentials.*NO_PROXY/ };

  it("is named where it answers for the server, although `fetch` hides the status, and is asked once", async () => {
    const { error } = await call((_, response) => {
      response.writeHead(407, { "proxy-authenticate": 'Basic realm="office"' }).end("Authenticate first.");
    });
    expect(error).toMatchObject(asked);
    expect(server.received).toHaveLength(1);
  });

  it("is named where it refuses a tunnel, without its credentials", async () => {
    // The errors of undici's `ProxyAgent`.
    const refused = Object.assign(new Error("Proxy response (407) !== 200 when HTTP Tunneling"), {
      name: "AbortError",
      code: "UND_ERR_ABORTED",
      request: { headers: { "proxy-authorization": KEY } },
    });
    const cancelled = Object.assign(new DOMException("Request was cancelled.", "AbortError"), { cause: refused });
    const tunnel = vi.fn(async () => {
      throw new TypeError("fetch failed", { cause: cancelled });
    });
    const { error } = await call(cohereAnswer, { fetch: tunnel });
    expect(error).toMatchObject(asked);
    expect(tunnel).toHaveBeenCalledTimes(1);
  });

  it("is named where the runtime shows the status", async () => {
    const { error } = await call(cohereAnswer, { fetch: async () => new Response("", { status: 407 }) });
    expect(error).toMatchObject(asked);
  });

  it.each([
    [
      "has another code",
      new TypeError("fetch failed", { cause: Object.assign(new Error(""), { code: "ECONNREFUSED" }) }),
    ],
    ["has no cause", new TypeError("fetch failed")],
    ["is no error", "fetch failed"],
  ])("is not suspected behind a failure that %s", async (_, failure) => {
    const { error } = await call(cohereAnswer, { fetch: () => Promise.reject(failure), retries: 0 });
    expect(error).toMatchObject({ name: "BackendError", status: undefined, message: /got no answer/ });
  });
});

describe("slow and broken connections", () => {
  const never: Handler = () => new Promise(() => undefined);
  const halfBody: Handler = (_, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.write('{"results":[');
  };

  it.each([
    ["headers", never],
    ["a body", halfBody],
  ])("ends with the timeout if %s never come, and closes the socket", async (_, handler) => {
    const { error } = await call(handler, { timeout: 300 });
    expect(error).toMatchObject({ name: "RerankTimeoutError", timeout: 300 });
    await soon(() => expect(server.received[0]?.dropped).toBe(true));
  });

  it.each([
    ["headers", never],
    ["a body", halfBody],
  ])("rejects with the reason of an abort during %s and closes the socket", async (_, handler) => {
    server.answer(handler);
    const controller = new AbortController();
    const reason = new Error("user left");
    const call = scorerFor().score(QUERY, TEXTS, { signal: controller.signal });
    await soon(() => expect(server.received).toHaveLength(1));
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    await soon(() => expect(server.received[0]?.dropped).toBe(true));
  });

  it("rejects with the reason of an abort between retries", async () => {
    server.answer((_, response) => sendJson(response, 429, {}, { "retry-after": "4" }));
    const controller = new AbortController();
    const call = scorerFor().score(QUERY, TEXTS, { signal: controller.signal });
    await soon(() => expect(server.received).toHaveLength(1));
    controller.abort("enough");
    await expect(call).rejects.toBe("enough");
    expect(server.received).toHaveLength(1);
  });

  it("sends nothing if the signal has already aborted", async () => {
    await expect(scorerFor().score(QUERY, TEXTS, { signal: AbortSignal.abort("no") })).rejects.toBe("no");
    expect(server.received).toHaveLength(0);
  });

  it("ends with the timeout although `fetch` ignores its signal", async () => {
    const deaf = () => new Promise<Response>(() => undefined);
    const scorer = scorerFor({ fetch: deaf, timeout: 100 });
    await expect(scorer.score(QUERY, TEXTS)).rejects.toMatchObject({ name: "RerankTimeoutError" });
  });

  it("ends with the timeout although bytes keep arriving", async () => {
    const { error } = await call(
      (_, response) => {
        response.writeHead(200);
        const drip = setInterval(() => response.write(" "), 20);
        response.on("close", () => clearInterval(drip));
      },
      { timeout: 300 },
    );
    expect(error).toMatchObject({ name: "RerankTimeoutError" });
  });

  it.each([
    ["before the headers", (_: unknown, response: { destroy: () => void }) => response.destroy()],
    [
      "in mid-body",
      (
        _: unknown,
        response: {
          writeHead: (...args: unknown[]) => void;
          write: (text: string, done: () => void) => void;
          destroy: () => void;
        },
      ) => {
        response.writeHead(200, { "content-length": "1000" });
        response.write('{"results":[{"index":0,', () => response.destroy());
      },
    ],
  ])("retries after a reset %s", async (_, fault) => {
    const { scores, report } = await call((received, response) => {
      if (server.received.length === 1) fault(received, response as never);
      else return cohereAnswer(received);
    });
    expect(scores).toEqual(RIGHT);
    expect(report?.retries).toBe(1);
  });

  it("rejects with a BackendError that names the host if the server always resets", async () => {
    const { error } = await call((_, response) => void response.destroy(), { retries: 1 });
    expect(error).toMatchObject({
      name: "BackendError",
      status: undefined,
      message: new RegExp(`127.0.0.1:${server.port}`),
    });
    expect(server.received).toHaveLength(2);
  });

  it("rejects with a BackendError if the server does not speak HTTP", async () => {
    const noise = createServer((socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n"));
    noise.listen(0, "127.0.0.1");
    await once(noise, "listening");
    const { port } = noise.address() as { port: number };
    const { error } = await call(cohereAnswer, { baseUrl: `http://127.0.0.1:${port}`, retries: 0 });
    expect(error).toMatchObject({ name: "BackendError" });
    noise.close();
  });

  it("asks a server again that restarts during the call", async () => {
    const { port } = server;
    server.answer((_, response) => {
      response.destroy();
      void server.close().then(async () => {
        await new Promise((resolve) => setTimeout(resolve, 200));
        server = await startServer(cohereAnswer, port);
      });
    });
    expect(await scorerFor({ retries: 9 }).score(QUERY, TEXTS)).toEqual(RIGHT);
  });

  it("fails within the retries if the server is down", async () => {
    await server.close();
    const { error } = await call(cohereAnswer, { retries: 1 });
    expect(error).toMatchObject({ name: "BackendError", message: /ECONNREFUSED.*Is the server running/ });
  });
});

describe("secrets", () => {
  it("does not pass on the request that the error of a custom `fetch` holds", async () => {
    const leaky = async (_: unknown, init?: RequestInit) => {
      const error = Object.assign(new TypeError(`failed with ${new Headers(init?.headers).get("authorization")}`), {
        request: init,
      });
      throw new Error("outer", { cause: error });
    };
    const { error } = await call(cohereAnswer, { fetch: leaky as typeof fetch, retries: 0 });
    expect(error).toMatchObject({ name: "BackendError", message: /outer/ });
    expect(error.cause.cause.message).toContain("[redacted]");
  });

  it("records no key in the trace of a call that fails", async () => {
    server.answer((_, response) => sendJson(response, 400, { message: `bad key ${KEY}` }));
    const recorded: unknown[] = [];
    const record = (...events: unknown[]) => void recorded.push(events);
    const handler = BaseCallbackHandler.fromMethods({
      handleChainStart: record,
      handleChainEnd: record,
      handleChainError: record,
      handleRetrieverStart: record,
      handleRetrieverError: record,
    });
    const reranker = new CrossEncoderReranker({ model: scorerFor() });
    const documents = TEXTS.map((pageContent) => new Document({ pageContent }));
    await expect(reranker.compressDocuments(documents, QUERY, [handler])).rejects.toMatchObject({ status: 400 });
    expect(recorded.length).toBeGreaterThan(1);
    output.push(
      inspect(recorded, { depth: 12, showHidden: true }),
      JSON.stringify(reranker),
      inspect(reranker, { depth: 12, showHidden: true }),
    );
  });

  it("redacts header values and credentials of the address", async () => {
    const baseUrl = server.url.replace("http://", "http://reader:hunter2-hunter2@");
    const { error } = await call(({ headers }, response) => sendJson(response, 400, { got: headers }), {
      baseUrl,
      headers: { "x-tenant": "tenant-secret-9" },
    });
    expect(server.received[0]?.headers["x-tenant"]).toBe("tenant-secret-9");
    expect(inspect(error)).not.toMatch(/tenant-secret-9|hunter2|cmVhZGVyOmh1bnRlcjI/);
  });

  it("refuses a key that no header can hold, without showing it", () => {
    for (const apiKey of [`${KEY}\n`, `${KEY} x`, `${KEY}ü`, ""]) {
      try {
        scorerFor({ apiKey });
        expect.unreachable();
      } catch (error) {
        output.push(inspect(error));
        expect(error).toMatchObject({ name: "InvalidOptionError", option: "apiKey" });
      }
    }
  });
});
