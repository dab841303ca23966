import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { FromWorker, Thread, ToWorker } from "../../inference/protocol.js";
import type { WorkerPort } from "../../inference/worker/serve-model.js";

const BUSY = 0;
const CLOSING = 1;

/**
 * Tells the main thread whether a worker is inside native code. A thread that is ended there takes the whole process with it
 * (`terminate called after throwing an instance of 'Napi::Error'`), so a process that exits waits for the current batch and lets no other
 * one start.
 */
export class NativeLatch {
  /** Shared memory, from which the other thread makes its own latch. */
  readonly memory: SharedArrayBuffer;
  readonly #cells: Int32Array;

  constructor(memory = new SharedArrayBuffer(8)) {
    this.memory = memory;
    this.#cells = new Int32Array(memory);
  }

  /** Worker: runs native work, unless the process is exiting. */
  async guard<T>(work: () => Promise<T>): Promise<T> {
    Atomics.store(this.#cells, BUSY, 1);
    try {
      // This stores first and loads second, and `close` does the opposite, so that one of the two always sees the other.
      if (Atomics.load(this.#cells, CLOSING) === 1) throw new Error("the process is exiting.");
      return await work();
    } finally {
      Atomics.store(this.#cells, BUSY, 0);
      Atomics.notify(this.#cells, BUSY);
    }
  }

  /** Main thread: lets no more work start. */
  close(): void {
    Atomics.store(this.#cells, CLOSING, 1);
  }

  /** Main thread, after {@link close}: blocks until the current work is done, or the time is up. */
  wait(milliseconds: number): void {
    Atomics.wait(this.#cells, BUSY, 1, milliseconds);
  }
}

/** Milliseconds that a thread is given to end: loading a model, or running a batch, takes less. */
const PATIENCE = 30_000;

const STOP: ToWorker = { type: "stop" };

/** Latches of the running threads. The process must not exit while a thread is busy. */
const latches = new Set<NativeLatch>();

function waitForNativeWork(): void {
  for (const latch of latches) latch.close();
  for (const latch of latches) latch.wait(PATIENCE);
}

/**
 * V8 lets the young generation of each thread grow to 48 MB. What a worker allocates dies with its batch; collecting it in smaller steps costs
 * no measurable time and saves 12 MB per worker.
 */
const SMALL_HEAP = { maxYoungGenerationSizeMb: 4 };

/** A worker that always ends between two pieces of native work, even if other code terminates it. */
class InferenceWorker extends Worker {
  readonly #gone: Promise<number>;
  readonly #onTerminate: () => void;

  /** @param onTerminate Called as soon as some code terminates the thread, which ends later. */
  constructor(url: URL, onTerminate: () => void) {
    const latch = new NativeLatch();
    super(url, { workerData: { inferenceLatch: latch.memory }, resourceLimits: SMALL_HEAP, ...withoutEval() });
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

/** Threads inherit the options of a program given on the command line (`node -e`), and reject this one. */
function withoutEval(): { execArgv?: string[] } {
  return process.execArgv.some((option) => option.startsWith("--input-type")) ? { execArgv: [] } : {};
}

/**
 * URL of the built worker, which is next to the package's other files.
 *
 * @throws TypeError if a bundler has removed `import.meta.url`.
 */
const workerUrl = () => new URL("./inference-worker.js", import.meta.url);

/**
 * Starts a thread. `onExit` is called once, when the thread ends or is about to, for whatever reason.
 *
 * @param url Tests pass a different worker.
 */
export function startThread(
  onMessage: (message: FromWorker) => void,
  onExit: (reason: string) => void,
  url = workerUrl,
): Thread {
  let ended = false;
  const end = (reason: string) => {
    if (ended) return;
    ended = true;
    onExit(reason);
  };
  let worker: InferenceWorker;
  try {
    worker = new InferenceWorker(url(), () => end("it was terminated"));
  } catch (error) {
    queueMicrotask(() => end(explain(error)));
    return { post: () => {}, hold: () => {}, terminate: async () => {} };
  }
  worker.on("message", onMessage);
  worker.on("error", (error) => end(explain(error)));
  worker.on("exit", (code) => end(`it ended with code ${code}`));
  return {
    post: (message) => worker.postMessage(message),
    hold: (alive) => (alive ? worker.ref() : worker.unref()),
    terminate: async () => {
      await worker.terminate();
    },
  };
}

/** Does a thread's work on the calling thread, which it blocks while the model runs. Messages are passed on without a copy. */
export function startHere(
  onMessage: (message: FromWorker) => void,
  onExit: (reason: string) => void,
  url = workerUrl,
): Thread {
  let close: () => void;
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });
  const handler = new Promise<(message: ToWorker) => void>((onHandler) => {
    const port: WorkerPort = { onMessage: onHandler, post: onMessage, close: () => close() };
    import(/* @vite-ignore */ /* webpackIgnore: true */ url().href).then(
      ({ serveHere }: { serveHere: (port: WorkerPort) => void }) => serveHere(port),
      (error: unknown) => {
        close();
        onExit(explain(error));
      },
    );
  });
  // Promises keep the order of the messages.
  const post = (message: ToWorker) => void handler.then((handle) => handle(message));
  return {
    post,
    hold: () => {},
    terminate: () => {
      post({ type: "stop" });
      return closed;
    },
  };
}

/** A bundler that puts this code into another file leaves the worker's file behind. */
function explain(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (!/cannot find module|module not found|invalid url|ENOENT/i.test(message)) return message;
  return (
    `${message}. If a bundler (esbuild, webpack, Rollup, Next.js, …) has put langchain-rerank into another file, ` +
    "exclude it and its runtime from the bundle: mark `langchain-rerank` and `onnxruntime-node` as external " +
    "(`--external:langchain-rerank` in esbuild, `externals` in webpack, `external` in Rollup, `serverExternalPackages` in Next.js)"
  );
}

/** Default maximum number of sessions of a small model. */
export const MAX_DEFAULT_WORKERS = 4;

/** Models may run on the calling thread. */
export const CAN_RUN_HERE = true;

/** Number of cores that this process may use. */
export function coreCount(): number {
  return availableParallelism();
}
