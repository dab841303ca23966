import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import * as errors from "../src/errors.js";

const dist = (file: string) => fileURLToPath(new URL(`../dist/${file}`, import.meta.url));

const EXAMPLES: [errors.RerankError, Record<string, unknown>, RegExp][] = [
  [new errors.InvalidInputError("query", "must not be blank."), { input: "query" }, /^query: must not be blank\.$/],
  [
    new errors.InvalidOptionError("topN", 0, "a whole number, 1 or more"),
    { option: "topN", value: 0, allowed: "a whole number, 1 or more" },
    /^Option `topN` is 0; allowed: a whole number, 1 or more\.$/,
  ],
  [
    new errors.MissingDependencyError("onnxruntime-node", "Running models"),
    { dependency: "onnxruntime-node", install: "npm install onnxruntime-node" },
    /Install it: npm install onnxruntime-node$/,
  ],
  [
    new errors.ModelNotFoundError("a/b", "is unknown.", { suggestions: ["a/c", "d"] }),
    { model: "a/b", suggestions: ["a/c", "d"] },
    /"a\/b": is unknown\. Did you mean "a\/c", "d"\?$/,
  ],
  [
    new errors.ModelIntegrityError("m", "is broken.", { file: "model.onnx" }),
    { model: "m", file: "model.onnx" },
    /"m", file model\.onnx: is broken\.$/,
  ],
  [
    new errors.ModelLicenseError("m", "CC-BY-NC-4.0"),
    { model: "m", license: "CC-BY-NC-4.0" },
    /CC-BY-NC-4\.0.*acceptLicense: true/,
  ],
  [
    new errors.DownloadError("m", "not there.", { file: "f", status: 404 }),
    { model: "m", file: "f", status: 404 },
    /"m", file f: not there\./,
  ],
  [
    new errors.BackendError("cohere", "failed.", { status: 500, body: "x".repeat(900), requestId: "r1" }),
    { backend: "cohere", status: 500, body: "x".repeat(500), requestId: "r1" },
    /^cohere: failed\.$/,
  ],
  [new errors.InvalidResponseError("tei", "no scores."), { backend: "tei" }, /^tei gave an answer that cannot be used/],
  [new errors.RerankTimeoutError(250), { timeout: 250 }, /timeout of 250 ms.*Raise `timeout`/],
];

describe("errors", () => {
  it.each(EXAMPLES.map((example) => [example[0].name, ...example] as const))(
    "%s is named, typed, and says what to do",
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

  it("carry their cause", () => {
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
  ])("show a value %# short and without its insides", (value, shown) => {
    expect(new errors.InvalidOptionError("option", value, "something else").message).toBe(
      `Option \`option\` is ${shown}; allowed: something else.`,
    );
  });

  it.each([
    undefined,
    null,
    "InvalidInputError",
    new Error("other"),
    { name: "RerankError" },
    new DOMException("a", "AbortError"),
  ])("%s is none of them", (value) => {
    expect(errors.isRerankError(value)).toBe(false);
  });

  it("are known for what they are by every copy of the package, ESM and CommonJS", async () => {
    const esm: typeof errors = await import(dist("index.js"));
    const cjs: typeof errors = createRequire(import.meta.url)(dist("index.cjs"));
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
