import { inject } from "vitest";

/** Replaces `src/platform/node/worker-url.ts` in tests: the worker that {@link file://./build-worker.ts} built for this run. */
export const workerUrl = new URL(inject("workerUrl"));
