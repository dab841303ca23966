import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HttpCrossEncoder, type HttpScorerOptions } from "../../../src/http.js";
import { cohereAnswer, type RerankServer, sendJson, startServer } from "../remote/rerank-server.js";

let server: RerankServer;
beforeEach(async () => {
  server = await startServer(cohereAnswer);
});
afterEach(() => server.close());

const scorerFor = (options: Partial<HttpScorerOptions> & { extra?: Record<string, unknown> } = {}) =>
  new HttpCrossEncoder({ provider: "localai", baseUrl: server.url, model: "m", ...options });

describe("headers", () => {
  it.each<[string, HeadersInit]>([
    ["a Headers object", new Headers({ "X-Team": "search", Authorization: "Token t-1" })],
    [
      "a Map",
      new Map([
        ["X-Team", "search"],
        ["Authorization", "Token t-1"],
      ]) as unknown as HeadersInit,
    ],
    [
      "a list of pairs",
      [
        ["X-Team", "search"],
        ["Authorization", "Token t-1"],
      ],
    ],
    ["a record", { "X-Team": "search", Authorization: "Token t-1" }],
  ])("are sent from %s, and override the key", async (_, headers) => {
    await scorerFor({ headers, apiKey: "key-1" }).score("q", ["t"]);
    expect(server.received[0]?.headers).toMatchObject({ "x-team": "search", authorization: "Token t-1" });
  });

  it("are refused with the name of the header whose value is undefined", () => {
    const headers = { "X-Team": undefined } as unknown as HeadersInit;
    expect(() => scorerFor({ headers })).toThrow(
      expect.objectContaining({ option: 'headers["X-Team"]', message: expect.stringContaining("got undefined") }),
    );
  });

  it.each([7, "X-Team: search", [["X-Team"]], [7]])("are refused as %j", (headers) => {
    expect(() => scorerFor({ headers: headers as unknown as HeadersInit })).toThrow(
      expect.objectContaining({ name: "InvalidOptionError" }),
    );
  });
});

describe("a key from a function", () => {
  it("is asked for before each attempt and sent", async () => {
    let calls = 0;
    server.answer((received, response) => {
      if (server.received.length === 1) sendJson(response, 503, {});
      else return cohereAnswer(received);
    });
    await scorerFor({ apiKey: async () => `token-${++calls}` }).score("q", ["t"]);
    expect(server.received.map(({ headers }) => headers.authorization)).toEqual(["Bearer token-1", "Bearer token-2"]);
  });

  it("appears neither in errors nor in the scorer", async () => {
    server.answer(({ headers }, response) => sendJson(response, 401, { message: `bad ${headers.authorization}` }));
    const scorer = scorerFor({ apiKey: () => "secret-token-99" });
    const error = await scorer.score("q", ["t"]).catch((thrown: unknown) => thrown);
    const shown = inspect([error, scorer], { depth: 12, showHidden: true }) + JSON.stringify([error, scorer]);
    expect(shown).toContain("[redacted]");
    expect(shown).not.toContain("secret-token-99");
  });

  it("is a BackendError if the function fails, without the message, which may hold a secret", async () => {
    const inner = Object.assign(new Error("vault://user:hunter22@host"), { code: "ECONNREFUSED" });
    const apiKey = () => Promise.reject(new TypeError("vault://user:hunter22@host failed", { cause: inner }));
    const error = await scorerFor({ apiKey })
      .score("q", ["t"])
      .catch((each: unknown) => each);
    expect(error).toMatchObject({
      name: "BackendError",
      message: expect.stringContaining("The function `apiKey` failed (TypeError: ECONNREFUSED)"),
    });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("hunter22");
  });

  it("is refused without being shown if no header can hold it", async () => {
    const error = await scorerFor({ apiKey: () => "secret key\n" })
      .score("q", ["t"])
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "InvalidOptionError", option: "apiKey" });
    expect(inspect(error)).not.toContain("secret key");
  });

  it("does not outlast an abort", async () => {
    const controller = new AbortController();
    const apiKey = () => {
      controller.abort("left");
      return new Promise<string>(() => undefined);
    };
    await expect(scorerFor({ apiKey }).score("q", ["t"], { signal: controller.signal })).rejects.toBe("left");
  });
});

describe("errors", () => {
  it.each<[number, RegExp]>([
    [404, /^localai failed: POST http:\/\/127\.0\.0\.1:\d+\/v1\/rerank answered 404/],
    [500, /POST http:\/\/127\.0\.0\.1:\d+\/v1\/rerank answered 500/],
    [302, /POST http:\/\/127\.0\.0\.1:\d+\/v1\/rerank was redirected/],
  ])("name method and URL after %d, without credentials and query", async (status, message) => {
    server.answer((_, response) => sendJson(response, status, {}));
    const baseUrl = `${server.url.replace("//", "//me:hunter2-hunter2@")}?token=abcdef`;
    const error = (await scorerFor({ baseUrl, retries: 0 })
      .score("q", ["t"])
      .catch((thrown: unknown) => thrown)) as Error;
    expect(error.message).toMatch(message);
    expect(inspect(error)).not.toMatch(/hunter2|abcdef/);
  });

  it("name method and URL if nothing answers or the answer is unusable", async () => {
    server.answer((_, response) => void response.end("<html>"));
    await expect(scorerFor().score("q", ["t"])).rejects.toThrow(/POST http:\/\/127\.0\.0\.1:\d+\/v1\/rerank/);
    await server.close();
    await expect(scorerFor({ retries: 0 }).score("q", ["t"])).rejects.toThrow(
      /POST http:\/\/127\.0\.0\.1:\d+\/v1\/rerank got no answer/,
    );
  });

  it("point to the class for Ollama", () => {
    const make = () => new HttpCrossEncoder({ provider: "ollama" as "tei" });
    expect(make).toThrow(
      expect.objectContaining({ option: "provider", message: expect.stringContaining("OllamaCrossEncoder") }),
    );
  });

  it.each(["top_n", "top_k"])("say how to send %s to a server that requires it", (field) => {
    expect(() => scorerFor({ extra: { [field]: 3 } })).toThrow(
      expect.objectContaining({ option: `extra.${field}`, message: expect.stringMatching(/topN.*provider: "custom"/) }),
    );
  });
});
