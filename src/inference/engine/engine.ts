import { startThread } from "#platform/thread.js";
import { BackendError, Disposed } from "../../errors.js";
import type { FromWorker, Job, JobInput, JobStats, ModelInfo, ModelSpec, TextResult } from "../protocol.js";
import { fromWire } from "../worker-fault.js";
import { cutChunks } from "./chunks.js";
import { inputWeight } from "./input-weight.js";
import type { Thread } from "./thread.js";

/** Characters of one chunk of work, some 600 tokens of English: small, so that threads end together; large beside what a message costs. */
const CHUNK_CHARACTERS = 2500;

/** Chunks a thread holds at once: one that runs and one that waits, so that a busy main thread does not leave it idle. */
const CHUNKS_A_THREAD = 2;

/** How a model is run. */
export interface EngineOptions {
  spec: ModelSpec;
  /** Threads with a session each, at most; they are started as work asks for them. */
  workers: number;
  /** Milliseconds without work after which the threads end. 0: never. */
  idleTimeout: number;
}

/** What {@link Engine.run} resolves to. */
export interface EngineResult {
  results: TextResult[];
  stats: JobStats;
  info: ModelInfo;
}

interface Request {
  job: Job;
  inputs: readonly JobInput[];
  /** Places in `inputs` not yet handed to a thread, chunk by chunk, last one next. */
  waiting: number[][];
  open: number;
  results: TextResult[];
  stats: JobStats;
  onResult: ((place: number, result: TextResult) => void) | undefined;
  resolve(result: EngineResult): void;
  reject(error: unknown): void;
}

interface Slot {
  thread: Thread;
  info: ModelInfo | undefined;
  chunks: Map<number, { request: Request; places: number[] }>;
}

/**
 * Runs one model on a few threads. Requests are cut into chunks; threads take chunks of the requests in turn, so that a short request does
 * not wait for a long one. A thread that dies takes its requests with it, and the next request starts another.
 */
export class Engine {
  readonly #options: EngineOptions;
  #slots: Slot[] = [];
  #requests: Request[] = [];
  #nextId = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  /**
   * Runs a job; one result an input, in the order given. Rejects with the signal's reason as soon as it aborts.
   *
   * @param onResult Told every result as it comes, in any order; not after an abort.
   */
  run(
    job: Job,
    inputs: readonly JobInput[],
    signal?: AbortSignal,
    onResult?: (place: number, result: TextResult) => void,
  ): Promise<EngineResult> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const chunks = cutChunks(
        inputs.map((input) => inputWeight(job, input)),
        CHUNK_CHARACTERS,
      );
      const abort = () => this.#settle(request, () => reject(signal!.reason));
      const done = () => signal?.removeEventListener("abort", abort);
      const request: Request = {
        job,
        inputs,
        waiting: chunks.reverse(),
        open: chunks.length,
        results: new Array(inputs.length),
        stats: { batches: 0, tokens: 0, tokenize: 0, inference: 0, compare: 0 },
        onResult,
        resolve: (result) => {
          done();
          resolve(result);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      };
      signal?.addEventListener("abort", abort, { once: true });
      this.#requests.push(request);
      this.#hold();
      this.#dispatch();
    });
  }

  /** Ends the threads; requests under way reject. A later request starts anew. */
  async dispose(): Promise<void> {
    const slots = this.#slots;
    this.#slots = [];
    this.#failAll(new Disposed());
    await Promise.all(slots.map(({ thread }) => thread.terminate()));
  }

  /** Threads that are running now. */
  get threads(): number {
    return this.#slots.length;
  }

  #dispatch(): void {
    for (;;) {
      const request = this.#requests.find(({ waiting }) => waiting.length > 0);
      if (!request) return;
      const ready = this.#slots.filter(({ info, chunks }) => info && chunks.size < CHUNKS_A_THREAD);
      const slot = ready.reduce<Slot | undefined>(
        (best, next) => (best && best.chunks.size <= next.chunks.size ? best : next),
        undefined,
      );
      if (!slot || slot.chunks.size > 0) this.#startThreads();
      if (!slot) return;
      const places = request.waiting.pop()!;
      const id = this.#nextId++;
      slot.chunks.set(id, { request, places });
      slot.thread.post({ type: "run", id, job: request.job, inputs: places.map((place) => request.inputs[place]!) });
      this.#requests.splice(this.#requests.indexOf(request), 1);
      this.#requests.push(request);
    }
  }

  /** Starts as many threads as the waiting chunks can use, up to the limit. */
  #startThreads(): void {
    const loading = this.#slots.filter(({ info }) => !info).length;
    const waiting = this.#requests.reduce((sum, request) => sum + request.waiting.length, 0);
    const wanted = Math.min(this.#options.workers - this.#slots.length, waiting - loading);
    for (let i = 0; i < wanted; i++) {
      const slot: Slot = {
        thread: startThread(
          (message) => this.#receive(slot, message),
          (reason) => this.#lose(slot, died(reason)),
        ),
        info: undefined,
        chunks: new Map(),
      };
      slot.thread.post({ type: "load", spec: this.#options.spec });
      this.#slots.push(slot);
    }
  }

  #receive(slot: Slot, message: FromWorker): void {
    if (message.type === "ready") {
      slot.info = message.info;
      this.#hold();
    } else if (message.type === "failed" && message.id === undefined) {
      this.#lose(slot, fromWire(message.error));
      this.#failAll(fromWire(message.error));
    } else {
      const id = message.id!;
      const chunk = slot.chunks.get(id);
      slot.chunks.delete(id);
      if (this.#requests.length === 0) this.#hold();
      if (chunk && this.#requests.includes(chunk.request)) this.#collect(slot, chunk.request, chunk.places, message);
    }
    this.#dispatch();
  }

  #collect(slot: Slot, request: Request, places: number[], message: FromWorker): void {
    if (message.type === "failed") this.#settle(request, () => request.reject(fromWire(message.error)));
    if (message.type !== "done") return;
    places.forEach((place, index) => {
      const result = message.results[index]!;
      request.results[place] = result;
      request.onResult?.(place, result);
    });
    for (const key of Object.keys(request.stats) as (keyof JobStats)[]) request.stats[key] += message.stats[key];
    request.open -= 1;
    if (request.open === 0) {
      this.#settle(request, () =>
        request.resolve({ results: request.results, stats: request.stats, info: slot.info! }),
      );
    }
  }

  /** Takes a request off the books, stops what threads still do for it, and answers it. */
  #settle(request: Request, answer: () => void): void {
    this.#requests = this.#requests.filter((other) => other !== request);
    for (const { chunks, thread } of this.#slots) {
      for (const [id, chunk] of chunks) if (chunk.request === request) thread.post({ type: "cancel", id });
    }
    this.#hold();
    answer();
  }

  #lose(slot: Slot, error: Error): void {
    if (!this.#slots.includes(slot)) return;
    this.#slots = this.#slots.filter((other) => other !== slot);
    void slot.thread.terminate();
    const lost = new Set([...slot.chunks.values()].map(({ request }) => request));
    if (!slot.info && this.#slots.length === 0) for (const request of this.#requests) lost.add(request);
    for (const request of lost)
      if (this.#requests.includes(request)) this.#settle(request, () => request.reject(error));
    this.#dispatch();
  }

  #failAll(error: Error): void {
    for (const request of this.#requests) this.#settle(request, () => request.reject(error));
  }

  /** Keeps the process alive while there is work, lets it end when there is none, and frees the threads after a while. */
  #hold(): void {
    const busy = this.#requests.length > 0;
    // A thread that still loads, or runs what was cancelled, is waited for: the process must not end in the middle of native work.
    for (const { thread, info, chunks } of this.#slots) thread.hold(busy || info === undefined || chunks.size > 0);
    clearTimeout(this.#idle);
    if (!busy && this.#options.idleTimeout > 0) {
      this.#idle = setTimeout(() => void this.dispose(), this.#options.idleTimeout);
      (this.#idle as { unref?(): void }).unref?.();
    }
  }
}

function died(reason: string): BackendError {
  return new BackendError("onnx worker", `died while it was needed: ${reason}. The next call starts a new one.`);
}
