import { defineConfig } from "vitest/config";

/** What users do after `npm install langchain-rerank`, from the packed tarball: needs the npm registry and some minutes. */
export default defineConfig({
  test: {
    include: ["test/consumers/**/*.test.ts"],
    globalSetup: ["test/consumers/pack.ts"],
    testTimeout: 300_000,
    hookTimeout: 600_000,
    // One project after the other: two cores.
    fileParallelism: false,
    reporters: ["verbose"],
  },
});
