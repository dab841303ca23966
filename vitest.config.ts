import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      // Worker threads cannot load TypeScript: `build-worker.ts` bundles the worker for each run.
      { find: "#platform/thread.js", replacement: at("./test/support/thread.ts") },
      { find: /^langchain-rerank$/, replacement: at("./src/index.ts") },
      { find: /^langchain-rerank\/([a-z-]+)$/, replacement: at("./src/$1.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/real/**", "test/consumers/**", "test/browser/**"],
    globalSetup: ["test/support/build-worker.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    coverage: {
      provider: "custom",
      customProviderModule: "./test/support/coverage-provider.ts",
      include: ["src/**/*.ts"],
      exclude: ["src/apps/playground/**", "src/platform/web/**"],
      reporter: ["text-summary"],
      thresholds: {
        "src/{inference,platform/node}/**": { lines: 85 },
        "src/rerankers/**": { lines: 85 },
      },
    },
  },
});
