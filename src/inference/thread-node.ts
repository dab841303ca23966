import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { FromWorker, ToWorker } from "./protocol.js";

/** A worker thread as the engine sees it, the same for Node and browsers. */
export interface Thread {
  post(message: ToWorker): void;
  /** Whether the thread keeps the process alive. */
  hold(alive: boolean): void;
  terminate(): Promise<void>;
}

/** Milliseconds that a thread has to end by itself: as long as a model takes to load, or a batch to run. */
const PATIENCE = 30_000;

/** Starts a thread. `onExit` is called once, however it ends. */
export function startThread(onMessage: (message: FromWorker) => void, onExit: (reason: string) => void): Thread {
  const worker = new Worker(new URL("./inference-worker.js", import.meta.url));
  let ended = false;
  const end = (reason: string) => {
    if (ended) return;
    ended = true;
    onExit(reason);
  };
  worker.on("message", onMessage);
  worker.on("error", (error) => end(error instanceof Error ? error.message : String(error)));
  worker.on("exit", (code) => end(`the worker thread ended with code ${code}`));
  return {
    post: (message) => worker.postMessage(message),
    hold: (alive) => (alive ? worker.ref() : worker.unref()),
    terminate: async () => {
      if (ended) return;
      worker.ref();
      const gone = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
      worker.postMessage({ type: "stop" } satisfies ToWorker);
      const giveUp = setTimeout(() => void worker.terminate(), PATIENCE);
      giveUp.unref();
      await gone;
      clearTimeout(giveUp);
    },
  };
}

/** Cores that this process may use. */
export function coreCount(): number {
  return availableParallelism();
}
