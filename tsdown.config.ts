import { defineConfig, type Rolldown } from "tsdown";
import { playgroundPage } from "./scripts/build/playground-page.js";

/**
 * In CommonJS other subpaths are required, not imported: an import would bring their ESM form, with a second copy of every error class
 * and of every loaded model.
 */
const requireSiblings: Rolldown.Plugin = {
  name: "require-siblings",
  renderChunk(code, _chunk, { format }) {
    if (format !== "cjs") return null;
    return code.replace(/\bimport\(("langchain-rerank\/[a-z-]+")\)/g, "Promise.resolve().then(() => require($1))");
  },
};

/** The browser form is built by itself, yet it must throw the error classes that the core exports: those of the core's own build. */
const coreErrors: Rolldown.Plugin = {
  name: "core-errors",
  resolveId: (source) => (/^\.{1,2}\/(.*\/)?errors\.js$/.test(source) ? { id: "./errors.js", external: true } : null),
};

/** Every published subpath is one entry; code they share lands in chunks beside them, so that files resolve their siblings by relative URL. */
export default defineConfig([
  {
    entry: {
      index: "src/index.ts",
      onnx: "src/onnx.ts",
      evaluation: "src/evaluation.ts",
      models: "src/models.ts",
      http: "src/http.ts",
      static: "src/static.ts",
      ollama: "src/ollama.ts",
      "ai-sdk": "src/ai-sdk.ts",
      decisions: "src/decisions.ts",
      // No subpath of the package: `onnx.web.js` imports it.
      errors: "src/errors.ts",
    },
    format: ["esm", "cjs"],
    dts: true,
    platform: "neutral",
    target: "node20",
    shims: true,
    plugins: [requireSiblings],
    fixedExtension: false,
    clean: true,
    // Other subpaths are reached by the package's own name, so that bundlers choose their browser or Node form.
    deps: { neverBundle: [/^node:/, /^langchain-rerank\//, "ai"] },
    inputOptions: { resolve: { mainFields: ["module", "main"] } },
  },
  // Threads run this file, whichever form of the package started them.
  {
    entry: { "inference-worker": "src/platform/node/worker.ts" },
    format: ["esm"],
    dts: false,
    platform: "node",
    target: "node20",
    fixedExtension: false,
    clean: false,
  },
  {
    entry: { "onnx.web": "src/onnx.ts" },
    format: ["esm"],
    dts: false,
    platform: "browser",
    target: "es2022",
    plugins: [coreErrors],
    fixedExtension: false,
    clean: false,
  },
  // Holds its tokenizer: a worker does not see the page's import map. The runtime is the user's.
  {
    entry: { "inference-worker.web": "src/platform/web/worker.ts" },
    format: ["esm"],
    dts: false,
    platform: "browser",
    target: "es2022",
    fixedExtension: false,
    clean: false,
    deps: { alwaysBundle: ["@huggingface/tokenizers"], neverBundle: [/^onnxruntime-web/] },
  },
  {
    entry: { cli: "src/apps/cli/main.ts" },
    format: ["esm"],
    dts: false,
    platform: "node",
    target: "node20",
    fixedExtension: false,
    clean: false,
    deps: { neverBundle: [/^node:/, /^langchain-rerank\//, "ai"] },
  },
  // The page that `serve` shows: one HTML file.
  {
    entry: { playground: "src/apps/playground/main.ts" },
    format: ["esm"],
    outDir: "dist/playground",
    dts: false,
    platform: "browser",
    target: "es2022",
    minify: true,
    clean: false,
    plugins: [playgroundPage("index.html")],
  },
]);
