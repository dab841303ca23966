import { defineConfig, type Rolldown } from "tsdown";
import { playgroundPage } from "./scripts/build/playground-page.js";

/**
 * The one plugin that rewrites output.
 *
 * In the CommonJS build, the package's other subpaths are loaded with `require`: `import()` would load their ESM form, with a second copy of
 * every error class and of every loaded model. The option `dynamicImportInCjs: false` would do the same, but to every `import()`, and
 * optional dependencies such as Vega 6 exist as ESM only.
 *
 * In the ESM build, imports that only run another chunk are removed. No module here has side effects, and bundlers of applications warn
 * about such imports.
 */
const tidyImports: Rolldown.Plugin = {
  name: "tidy-imports",
  generateBundle({ format }, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== "chunk") continue;
      chunk.code =
        format === "cjs"
          ? chunk.code.replace(
              /\bimport\(("langchain-rerank\/[a-z-]+")\)/g,
              "Promise.resolve().then(() => require($1))",
            )
          : chunk.code.replace(/^import "\.\/[^"]+";\n/gm, "");
    }
  },
};

/**
 * Keeps `errors.js` out of the browser build, which is built separately but must throw the error classes that the core exports. It only
 * resolves an import to the file of the main build.
 */
const coreErrors: Rolldown.Plugin = {
  name: "core-errors",
  resolveId: (source) => (/^\.{1,2}\/(.*\/)?errors\.js$/.test(source) ? { id: "./errors.js", external: true } : null),
};

/** Each published subpath is an entry. Shared code goes to chunks in the same folder, so that files can find each other by relative URL. */
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
      // Not a subpath of the package: `onnx.web.js` imports it.
      errors: "src/errors.ts",
    },
    format: ["esm", "cjs"],
    dts: true,
    platform: "neutral",
    target: "node20",
    shims: true,
    plugins: [tidyImports],
    fixedExtension: false,
    clean: true,
    // Other subpaths are imported by the package's name, so that bundlers choose their browser or Node form.
    deps: { neverBundle: [/^node:/, /^langchain-rerank\//, "ai"] },
    inputOptions: { resolve: { mainFields: ["module", "main"] } },
    // CommonJS that ml-distance imports for functions that are not used here. Run at every import, it would stay in every bundle.
    treeshake: { moduleSideEffects: [{ test: /binary-search/, sideEffects: false }] },
  },
  // The worker of both the ESM and the CommonJS build.
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
  // Includes the tokenizer because a worker does not see the page's import map. The runtime is the user's.
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
    // The processes of `rank --run` have a file of their own, which loads no more than they need.
    entry: { cli: "src/apps/cli/main.ts", "bulk-worker": "src/apps/cli/bulk/worker.ts" },
    format: ["esm"],
    dts: false,
    platform: "node",
    target: "node20",
    fixedExtension: false,
    clean: false,
    deps: { neverBundle: [/^node:/, /^langchain-rerank\//, "ai"] },
  },
  // The page that `serve` shows, as one HTML file.
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
