import { defineConfig, mergeConfig } from "vitest/config";
import base from "./vitest.config.js";

const { test: _, ...shared } = base;

/** The browser form of the package, in a real Chromium: bundles of `dist`, so `npm run test:browser` builds first. */
export default mergeConfig(
  shared,
  defineConfig({
    test: {
      include: ["test/browser/**/*.test.ts"],
      globalSetup: ["test/browser/chromium/find.ts"],
      testTimeout: 120_000,
      hookTimeout: 180_000,
      // One browser after the other: two cores.
      fileParallelism: false,
    },
  }),
);
