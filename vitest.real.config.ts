import { defineConfig, mergeConfig } from "vitest/config";
import base from "./vitest.config.js";

const { test: _, ...shared } = base;

/** Tests against real servers. `scripts/real-servers` installs them on first use, which takes minutes. */
export default mergeConfig(
  shared,
  defineConfig({
    test: {
      include: ["test/real/**/*.test.ts"],
      globalSetup: ["test/support/build-worker.ts", "test/real/install.ts"],
      testTimeout: 300_000,
      hookTimeout: 180_000,
      // Servers run one after the other: two cores.
      fileParallelism: false,
      reporters: ["verbose"],
    },
  }),
);
