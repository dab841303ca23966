import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import * as errors from "../src/errors.js";
import { built } from "./support/built.js";

const EXAMPLES: [errors.RerankError, Record<string, unknown>, RegExp][] = [
  [
    new errors.InvalidInputError("query", "must not be blank."),
    { input: "query" },
    /^Invalid query: must not be blank\.$/,
  ],
  [
    new errors.InvalidOptionError("topN", 0, "a positive integer"),
    { option: "topN", value: 0, allowed: "a positive integer" },
    /^Invalid `topN`: expected a positive integer, got 0\.$/,
  ],
  [
    errors.InvalidOptionError.because("topK", 3, "`topK` cannot be combined with `cascade`."),
    { option: "topK", value: 3, allowed: "`topK` cannot be combined with `cascade`." },
    /^`topK` cannot be combined with `cascade`\.$/,
  ],
  [
    new errors.MissingDependencyError("onnxruntime-node", "Running models"),
    { dependency: "onnxruntime-node", install: "npm install onnxruntime-node" },
    /Install it: npm install onnxruntime-node$/,
  ],
  [
    new errors.ModelNotFoundError("a/b", "is unknown.", { suggestions: ["a/c", "d"] }),
    { model: "a/b", suggestions: ["a/c", "d"] },
    /^Model "a\/b" was not found: is unknown\. Did you mean "a\/c", "d"\?$/,
  ],
  [
    new errors.ModelIntegrityError("m", "is broken.", { file: "model.onnx" }),
    { model: "m", file: "model.onnx" },
    /^Model "m" \(model\.onnx\) cannot be used: is broken\.$/,
  ],
  [
    new errors.ModelLicenseError("m", "CC-BY-NC-4.0"),
    { model: "m", license: "CC-BY-NC-4.0" },
    /CC-BY-NC-4\.0.*acceptLicense: true/,
  ],
  [
    new errors.DownloadError("m", "not there.", { file: "f", status: 404 }),
    { model: "m", file: "f", status: 404 },
    /^Could not download f of "m": not there\.$/,
  ],
  [
    new errors.BackendError("cohere", "the server is down.", { status: 500, body: "x".repeat(900), requestId: "r1" }),
    { backend: "cohere", status: 500, body: "x".repeat(500), requestId: "r1" },
    /^cohere failed: the server is down\.$/,
  ],
  [
    new errors.InvalidResponseError("tei", "no scores."),
    { backend: "tei" },
    /^Invalid response from tei: no scores\.$/,
  ],
  [new errors.RerankTimeoutError(250), { timeout: 250 }, /timed out after 250 ms.*Raise `timeout`/],
];

describe("errors", () => {
  it.each(EXAMPLES.map((example) => [example[0].name, ...example] as const))(
    "%s has a name, typed fields and a message that says what to do",
    (name, error, fields, message) => {
      expect(error).toBeInstanceOf(errors.RerankError);
      expect(error).toBeInstanceOf(Error);
      expect(error.name).toBe(error.constructor.name);
      expect(String(error)).toBe(`${name}: ${error.message}`);
      expect(error).toMatchObject(fields);
      expect(error.message).toMatch(message);
      expect(errors.isRerankError(error)).toBe(true);
    },
  );

  it("errors keep their cause", () => {
    const cause = new Error("below");
    for (const error of [
      new errors.InvalidInputError("a", "b", { cause }),
      new errors.BackendError("a", "b", { cause }),
      new errors.ModelIntegrityError("a", "b", { cause, file: "f" }),
      new errors.RerankTimeoutError(1, { cause }),
    ]) {
      expect(error.cause).toBe(cause);
    }
  });

  it.each<[unknown, string]>([
    ["x".repeat(500), `"${"x".repeat(80)}…"`],
    [{ secret: "key" }, "an object (Object)"],
    [Object.create(null), "an object (Object)"],
    [[1, 2, 3], "an array of 3"],
    [null, "null"],
    [undefined, "undefined"],
    [Number.NaN, "NaN"],
    [10n, "10"],
    [Symbol("s"), "Symbol(s)"],
  ])("InvalidOptionError prints value %# briefly and without its contents", (value, shown) => {
    expect(new errors.InvalidOptionError("option", value, "something else").message).toBe(
      `Invalid \`option\`: expected something else, got ${shown}.`,
    );
  });

  it.each([
    "apiKey",
    "api_key",
    "hub.token",
    "hf_token",
    "password",
    "secret",
    "headers.authorization",
    'headers["x-api-key"]',
  ])("InvalidOptionError hides the value of `%s`, which may be a secret, but prints undefined", (option) => {
    const error = new errors.InvalidOptionError(option, "sk-12345678", "something else");
    expect(error.message).toContain("[hidden]");
    expect(JSON.stringify([error.message, error.value, error.stack])).not.toContain("sk-12345678");
    expect(new errors.InvalidOptionError(option, undefined, "a key").message).toMatch(/got undefined\.$/);
  });

  it.each(["scoreKey", "firstStageKey", "batchTokens", "firstStage.metadataKey", "maxTokens"])(
    "InvalidOptionError prints the value of `%s`, which is no secret",
    (option) => expect(new errors.InvalidOptionError(option, "plain", "something else").value).toBe("plain"),
  );

  it.each([
    undefined,
    null,
    "InvalidInputError",
    new Error("other"),
    { name: "RerankError" },
    new DOMException("a", "AbortError"),
  ])("isRerankError(%s) is false", (value) => {
    expect(errors.isRerankError(value)).toBe(false);
  });

  it("isRerankError recognizes the errors of every copy of the package, ESM and CommonJS", async () => {
    const esm: typeof errors = await import(built("index.js"));
    const cjs: typeof errors = createRequire(import.meta.url)(built("index.cjs"));
    const copies = [errors, esm, cjs];
    expect(new Set(copies.map(({ RerankError }) => RerankError)).size).toBe(3);
    for (const thrower of copies) {
      const error = new thrower.RerankTimeoutError(1);
      for (const catcher of copies) {
        expect(catcher.isRerankError(error)).toBe(true);
        expect(catcher.isRerankError(new Error("other"))).toBe(false);
        expect(error instanceof catcher.RerankError).toBe(catcher === thrower);
      }
    }
  });
});
