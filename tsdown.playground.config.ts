import { fileURLToPath } from "node:url";
import { defineConfig, type Rolldown, type UserConfig } from "tsdown";
import { playgroundPage } from "./scripts/build/playground-page.js";
import { webForm } from "./scripts/build/web-form.js";

/** The package's own entries, which the core loads on first use, are the sources here. */
const ownEntries: Rolldown.Plugin = {
  name: "own-entries",
  resolveId: (source) => {
    const entry = /^langchain-rerank\/([a-z-]+)$/.exec(source)?.[1];
    return entry === undefined ? null : fileURLToPath(new URL(`src/${entry}.ts`, import.meta.url));
  },
};

const shared: UserConfig = {
  format: ["esm"],
  outDir: "site",
  dts: false,
  platform: "browser",
  target: "es2022",
  minify: true,
  fixedExtension: false,
  deps: { alwaysBundle: [/./] },
};

/** The playground as a folder that any static host can serve: the page, its worker, the runtime and the bundled models. */
export default defineConfig([
  {
    ...shared,
    entry: { playground: "src/apps/playground/in-page.ts" },
    clean: true,
    plugins: [webForm, ownEntries, playgroundPage("index.html")],
    // The script stands in the page, so that no other file could import it.
    outputOptions: { codeSplitting: false },
    copy: ["models", "LICENSE", "NOTICE", "node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm"],
  },
  { ...shared, entry: { "inference-worker.web": "src/inference/worker-web.ts" }, clean: false, plugins: [webForm] },
]);
