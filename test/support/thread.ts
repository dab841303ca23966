import { inject } from "vitest";
import * as node from "../../src/platform/node/thread.js";

export * from "../../src/platform/node/thread.js";

/** The worker that `build-worker.ts` has built for this run, instead of the package's. */
const url = () => new URL(inject("workerUrl"));

export const startThread: typeof node.startThread = (onMessage, onExit) => node.startThread(onMessage, onExit, url);
export const startHere: typeof node.startHere = (onMessage, onExit) => node.startHere(onMessage, onExit, url);
