import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { workerUrl } from "#platform/worker-url.js";
import type { Thread } from "../../inference/engine/thread.js";
import type { FromWorker, ToWorker } from "../../inference/protocol.js";
import { NativeLatch } from "./native-latch.js";

/** Milliseconds that a thread has to end by itself: as long as a model takes to load, or a batch to run. */
const PATIENCE = 30_000;

const STOP: ToWorker = { type: "stop" };

/** Latches of the threads that live; the process is not to exit while one is busy. */
const latches = new Set<NativeLatch>();

function waitForNativeWork(): void {
  for (const latch of latches) latch.close();
  for (const latch of latches) latch.wait(PATIENCE);
}

/** A worker that ends between two pieces of native work, whoever terminates it; amid one it would take the process with it. */
class InferenceWorker extends Worker {
  readonly #gone: Promise<number>;
  readonly #onTerminate: () => void;

  /** @param onTerminate Called as soon as somebody terminates the thread, which ends later. */
  constructor(onTerminate: () => void) {
    const latch = new NativeLatch();
    super(workerUrl, { workerData: { latch: latch.memory }, ...withoutEval() });
    this.#onTerminate = onTerminate;
    if (latches.size === 0) process.on("exit", waitForNativeWork);
    latches.add(latch);
    this.#gone = new Promise((resolve) => {
      this.once("exit", (code) => {
        latches.delete(latch);
        if (latches.size === 0) process.off("exit", waitForNativeWork);
        resolve(code);
      });
    });
  }

  override async terminate(): Promise<number> {
    this.#onTerminate();
    this.ref();
    this.postMessage(STOP);
    const giveUp = setTimeout(() => void super.terminate(), PATIENCE);
    giveUp.unref();
    const code = await this.#gone;
    clearTimeout(giveUp);
    return code;
  }
}

/** Threads inherit the options of a program that was given on the command line, and refuse this one. */
function withoutEval(): { execArgv?: string[] } {
  return process.execArgv.some((option) => option.startsWith("--input-type")) ? { execArgv: [] } : {};
}

/** Starts a thread. `onExit` is called once, when it ends or is about to, however that came. */
export function startThread(onMessage: (message: FromWorker) => void, onExit: (reason: string) => void): Thread {
  let ended = false;
  const end = (reason: string) => {
    if (ended) return;
    ended = true;
    onExit(reason);
  };
  const worker = new InferenceWorker(() => end("the worker thread was terminated"));
  worker.on("message", onMessage);
  worker.on("error", (error) => end(error instanceof Error ? error.message : String(error)));
  worker.on("exit", (code) => end(`the worker thread ended with code ${code}`));
  return {
    post: (message) => worker.postMessage(message),
    hold: (alive) => (alive ? worker.ref() : worker.unref()),
    terminate: async () => {
      await worker.terminate();
    },
  };
}

/** Sessions of a small model that are started unasked. */
export const MOST_WORKERS = 4;

/** Cores that this process may use. */
export function coreCount(): number {
  return availableParallelism();
}
