import { inject } from "vitest";

/** Replaces `src/platform/node/worker-url.ts` in tests: the worker that `build-worker.ts` has built for this run. */
export function workerUrl(): URL {
  return new URL(inject("workerUrl"));
}
