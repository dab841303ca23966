import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { built } from "../support/built.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

built("index.js");

/** Bytes of the core, compressed, without `@langchain/core`. */
const LIMIT = 26_000;

/** Bundles everything that a file reaches, except the package's other entries, which are loaded on first use. */
function bundle(entry: string, platform: "browser" | "neutral") {
  return build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: "esm",
    // Fails on any module of Node.
    platform,
    mainFields: ["module", "main"],
    external: ["@langchain/core/*", "langchain-rerank/*"],
    metafile: true,
    write: false,
    logLevel: "silent",
    // As in an application: the package's name must not lead to the sources.
    tsconfigRaw: {},
  });
}

describe.each(["dist/index.js", "dist/index.cjs"])("the core, %s", (entry) => {
  it.each(["browser", "neutral"] as const)("reaches no Node module and no native code (%s)", async (platform) => {
    const { metafile } = await bundle(entry, platform);
    const inputs = Object.keys(metafile.inputs);
    expect(inputs.filter((path) => !path.startsWith("dist/"))).toEqual([]);
    const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
    const packages = new Set(imports.map(({ path }) => path.replace(/^(@langchain\/core)\/.*/, "$1")));
    const entries = ["decisions", "http", "ollama", "onnx", "static"].map((name) => `langchain-rerank/${name}`);
    expect([...packages].sort()).toEqual(["@langchain/core", ...entries]);
    const others = imports.filter(({ path }) => path.startsWith("langchain-rerank/"));
    // Inside functions only: another test shows that importing the core loads neither.
    const kind = entry.endsWith(".cjs") ? "require-call" : "dynamic-import";
    expect(new Set(others.map((other) => other.kind))).toEqual(new Set([kind]));
  });
});

it("the core is below its size limit", async () => {
  const { outputFiles, metafile } = await bundle("dist/index.js", "browser");
  const bytes = gzipSync(outputFiles[0]!.contents, { level: 9 }).byteLength;
  process.stdout.write(`core: ${(bytes / 1000).toFixed(1)} kB gzipped, without @langchain/core\n`);
  const largest = Object.values(metafile.outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .sort(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput)
    .slice(0, 5)
    .map(([path, { bytesInOutput }]) => `${path}: ${bytesInOutput} bytes minified`);
  expect(bytes, largest.join("\n")).toBeLessThan(LIMIT);
});

it.each(["ai-sdk", "decisions", "evaluation", "http", "ollama", "static"])(
  "%s, as built, bundles for browsers",
  async (name) => {
    const { warnings } = await bundle(`dist/${name}.js`, "browser");
    expect(warnings).toEqual([]);
  },
);

it("an application that runs models in the page can be bundled for browsers without externals", async () => {
  const { metafile, warnings } = await build({
    absWorkingDir: root,
    stdin: {
      contents: `
        import { CrossEncoderReranker } from "langchain-rerank";
        import { OnnxCrossEncoder, OnnxEmbeddings, OnnxLateInteraction } from "langchain-rerank/onnx";
        globalThis.app = { CrossEncoderReranker, OnnxCrossEncoder, OnnxEmbeddings, OnnxLateInteraction };`,
      resolveDir: root,
    },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    outdir: "out",
    metafile: true,
    write: false,
    logLevel: "silent",
    tsconfigRaw: {},
  });
  expect(warnings).toEqual([]);
  const inputs = Object.keys(metafile.inputs).filter((path) => path.startsWith("dist/"));
  expect(inputs).toContain("dist/onnx.web.js");
  expect(inputs).not.toContain("dist/onnx.js");
  const external = Object.values(metafile.outputs).flatMap((output) =>
    output.imports.filter((found) => found.external),
  );
  expect(external).toEqual([]);
});

it("the browser's worker includes everything that it needs except the runtime", async () => {
  const { metafile, warnings } = await build({
    absWorkingDir: root,
    entryPoints: ["dist/inference-worker.web.js"],
    bundle: true,
    format: "esm",
    platform: "browser",
    external: ["onnxruntime-web/*"],
    metafile: true,
    write: false,
    logLevel: "silent",
    tsconfigRaw: {},
  });
  expect(warnings).toEqual([]);
  expect(Object.keys(metafile.inputs)).toEqual(["dist/inference-worker.web.js"]);
});

it("bundledModelUrls has the URL of every file of the bundled models", async () => {
  const { listModels } = await import("../../src/models/find.js");
  const { bundledModelUrls } = await import("../../src/bundled-model-urls.js");
  const { readdir } = await import("node:fs/promises");
  for (const { name } of listModels({ bundled: true }).filter(({ runtime }) => runtime === "onnx")) {
    const folder = new URL(`../../models/${name}/`, import.meta.url);
    const entries = await readdir(folder, { recursive: true });
    const files = entries
      .filter((path) => /\.(json|onnx|onnx_data)$/.test(path))
      .map((path) => new URL(path, folder).href);
    expect(Object.values(bundledModelUrls(name)).sort()).toEqual(files.sort());
  }
});
