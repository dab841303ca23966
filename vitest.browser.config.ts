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
      // What is polled for waits on models that score: seconds on a busy machine, where the default is one.
      expect: { poll: { timeout: 30_000 } },
      // A browser is many processes; on a machine of two cores one of them may come too late once.
      retry: process.env.CI ? 1 : 0,
      // One browser after the other: two cores.
      fileParallelism: false,
    },
  }),
);
