import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, it } from "vitest";
import { HttpCrossEncoder } from "../../../src/http.js";
import { startServer } from "../remote/rerank-server.js";

it.each([
  ["http", 15_000],
  ["ollama", 10_000],
  ["ai-sdk", 20_000],
])("bundles %s for browsers without Node modules, below %d bytes", async (entry, limit) => {
  const { outputFiles } = await build({
    entryPoints: [new URL(`../../../src/${entry}.ts`, import.meta.url).pathname],
    bundle: true,
    minify: true,
    format: "esm",
    // Fails on any import of a Node module.
    platform: "browser",
    // Loaded only for a model that is given by name.
    external: ["ai", "langchain-rerank/*"],
    write: false,
  });
  expect(gzipSync(outputFiles[0]?.contents as Uint8Array).byteLength).toBeLessThan(limit);
});

it("calls fetch without a receiver, as browsers and workers demand", async () => {
  await using server = await startServer(() => ({ results: [{ index: 0, relevance_score: 0.5 }] }));
  const own = globalThis.fetch;
  // The check that browsers and workerd make, and Node does not.
  globalThis.fetch = function (this: unknown, ...call: Parameters<typeof own>) {
    if (this !== undefined && this !== globalThis) throw new TypeError("Illegal invocation");
    return own(...call);
  };
  try {
    const scorer = new HttpCrossEncoder({ provider: "localai", baseUrl: server.url, model: "m", retries: 0 });
    expect(await scorer.score("q", ["t"])).toEqual([0.5]);
  } finally {
    globalThis.fetch = own;
  }
});
