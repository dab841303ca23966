import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      // Worker threads cannot load TypeScript, so tests start the built worker (`npm test` builds it first).
      { find: "#platform/worker-url.js", replacement: at("./test/built-worker-url.ts") },
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
