import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vitest/config";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Tests run the sources; worker threads cannot load TypeScript, so they get the built worker (`npm test` builds first). */
const builtWorkers: Plugin = {
  name: "built-workers",
  enforce: "pre",
  transform(code, id) {
    if (!id.endsWith("/src/inference/thread-node.ts")) return undefined;
    return code.replace('"./inference-worker.js"', JSON.stringify("../../dist/inference-worker.js"));
  },
};

export default defineConfig({
  plugins: [builtWorkers],
  resolve: {
    alias: [
      { find: /^langchain-rerank$/, replacement: at("./src/index.ts") },
      { find: /^langchain-rerank\/([a-z-]+)$/, replacement: at("./src/$1.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/real/**", "test/consumers/**", "test/browser/**"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
