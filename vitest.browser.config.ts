import { defineConfig, mergeConfig } from "vitest/config";
import base from "./vitest.config.js";

const { test: _, ...shared } = base;

/** Tests of the browser build in a real Chromium. They bundle `dist`, so `npm run test:browser` builds first. */
export default mergeConfig(
  shared,
  defineConfig({
    test: {
      include: ["test/browser/**/*.test.ts"],
      globalSetup: ["test/support/build-worker.ts", "test/browser/chromium/find.ts"],
      testTimeout: 120_000,
      hookTimeout: 180_000,
      // Polls wait for models to load and score, which takes seconds on a busy machine.
      expect: { poll: { timeout: 30_000 } },
      // Browsers run one after the other: two cores.
      fileParallelism: false,
    },
  }),
);
