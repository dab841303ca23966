import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";

test.each([
  ["http", 10_000],
  ["ollama", 10_000],
  ["ai-sdk", 10_000],
])("%s runs in browsers: nothing of Node in it, and small", async (entry, limit) => {
  const { outputFiles } = await build({
    entryPoints: [new URL(`../../../src/${entry}.ts`, import.meta.url).pathname],
    bundle: true,
    minify: true,
    format: "esm",
    // Fails on any import of a Node module.
    platform: "browser",
    write: false,
  });
  expect(gzipSync(outputFiles[0]?.contents as Uint8Array).byteLength).toBeLessThan(limit);
});
