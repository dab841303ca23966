import { defineConfig, type UserConfig } from "tsdown";
import { playgroundPage } from "./scripts/build/playground-page.js";

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
    plugins: [playgroundPage("index.html")],
    // The script is part of the page, so that no other file could import it.
    outputOptions: { codeSplitting: false },
    copy: ["models", "LICENSE", "NOTICE", "node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm"],
  },
  { ...shared, entry: { "inference-worker.web": "src/platform/web/worker.ts" }, clean: false },
]);
