import { defineConfig } from "tsdown";

/** Every published subpath is one entry; code they share lands in chunks beside them, so that files resolve their siblings by relative URL. */
export default defineConfig([
  {
    entry: { index: "src/index.ts", onnx: "src/onnx.ts", evaluation: "src/evaluation.ts", models: "src/models.ts" },
    format: ["esm", "cjs"],
    dts: true,
    platform: "neutral",
    target: "node20",
    shims: true,
    fixedExtension: false,
  },
]);
