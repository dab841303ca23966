import { defineConfig, mergeConfig } from "vitest/config";
import base from "./vitest.config.js";

const { test: _, ...shared } = base;

/** Tests against real servers, which `scripts/real-servers` set up on first use: minutes then, seconds later. */
export default mergeConfig(
  shared,
  defineConfig({
    test: {
      include: ["test/real/**/*.test.ts"],
      globalSetup: ["test/support/build-worker.ts", "test/real/install.ts"],
      testTimeout: 300_000,
      hookTimeout: 180_000,
      // One server after the other: two cores.
      fileParallelism: false,
      reporters: ["verbose"],
    },
  }),
);
