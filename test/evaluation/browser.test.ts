import { fileURLToPath } from "node:url";
import { runInNewContext } from "node:vm";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";

const entry = fileURLToPath(new URL("../../src/evaluation.ts", import.meta.url));

describe("langchain-rerank/evaluation in a browser", () => {
  it("is bundled without Node modules and Vega, and measures a run where there is no process", async () => {
    const { outputFiles } = await build({
      entryPoints: [entry],
      bundle: true,
      write: false,
      platform: "browser",
      format: "iife",
      globalName: "evaluation",
      external: ["@langchain/core/*", "langchain-rerank/*"],
      mainFields: ["module", "main"],
      metafile: true,
      logLevel: "silent",
    });
    const code = outputFiles[0]!.text;
    expect(code).not.toMatch(/(from|require\(|import\() ?"(node:|vega)/);
    const stub = {
      BaseDocumentCompressor: class {},
      Document: class {},
      RunnableLambda: class {},
      CallbackManager: class {},
    };
    const browser = { AbortController, TextDecoder, TextEncoder, console, performance, require: () => stub, result: 0 };
    runInNewContext(
      `${code}; result = evaluation.measureRun({ q: { a: 1, b: 2 } }, { q: { a: 1 } }, ["RR@10"]).get("RR@10").mean`,
      browser,
    );
    expect(browser.result).toBe(0.5);
  });
});
