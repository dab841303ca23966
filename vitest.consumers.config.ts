import { defineConfig } from "vitest/config";

/** Tests of the packed tarball in new projects. They need the npm registry and some minutes. */
export default defineConfig({
  test: {
    include: ["test/consumers/**/*.test.ts"],
    globalSetup: ["test/consumers/pack.ts"],
    testTimeout: 300_000,
    hookTimeout: 600_000,
    // Projects run one after the other: two cores.
    fileParallelism: false,
    reporters: ["verbose"],
  },
});
