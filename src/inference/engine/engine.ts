import { startHere, startThread } from "#platform/thread.js";
import { onAbort } from "../../abort.js";
import { BackendError, Disposed } from "../../errors.js";
import type { FromWorker, Job, JobInput, JobStats, ModelInfo, ModelSpec, TextResult, Thread } from "../protocol.js";
import { fromWire } from "../worker-fault.js";

/** Characters of one chunk of work, about 600 tokens of English: all threads finish at about the same time, and messages cost little. */
const CHUNK_CHARACTERS = 2500;

/** Chunks that a thread has at once: one runs and one waits, so that a busy main thread does not leave it idle. */
const CHUNKS_PER_THREAD = 2;

/** How a model is run. */
export interface EngineOptions {
  spec: ModelSpec;
  /** Maximum number of threads, each with its own session. They are started when there is work for them. 0: the calling thread does it. */
  workers: number;
  /** Milliseconds without work after which the threads end. 0: never. */
  idleTimeout: number;
}

/** Options of {@link Engine.run}. */
export interface RunOptions {
  signal?: AbortSignal | undefined;
  /** Called with each result as it arrives, in any order, and not after an abort. */
  onResult?: ((index: number, result: TextResult) => void) | undefined;
}

/** What {@link Engine.run} resolves to. */
export interface EngineResult {
  /** One result per input, in the order of the inputs. */
  results: TextResult[];
  stats: JobStats;
  /** Undefined without inputs, which no thread reads. */
  info: ModelInfo | undefined;
}

interface Request {
  job: Job;
  inputs: readonly JobInput[];
  /** Chunks (indices into `inputs`) that no thread has yet; the last one is next. */
  waiting: number[][];
  /** Number of chunks without a result. */
  open: number;
  results: TextResult[];
  stats: JobStats;
  onResult: RunOptions["onResult"];
  resolve(result: EngineResult): void;
  reject(error: unknown): void;
  /** Called when the request is answered. */
  stopListening(): void;
}

interface Slot {
  thread: Thread;
  info: ModelInfo | undefined;
  chunks: Map<number, { request: Request; indices: number[] }>;
}

/**
 * Runs one model on a few threads. Requests are divided into chunks, and threads take the chunks of all requests in turn, so that a short
 * request does not wait for a long one. When a thread dies, its requests reject, and the next request starts another thread.
 */
export class Engine {
  readonly #options: EngineOptions;
  #slots: Slot[] = [];
  #requests: Request[] = [];
  #maxThreads = 0;
  #nextId = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  /** Runs a job; without inputs, resolves at once and starts no thread. Rejects with the signal's reason as soon as it aborts. */
  run(job: Job, inputs: readonly JobInput[], { signal, onResult }: RunOptions = {}): Promise<EngineResult> {
    return new Promise<EngineResult>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const stats = { batches: 0, tokens: 0, tokenize: 0, inference: 0, compare: 0 };
      // No thread would ever answer for chunks that do not exist.
      if (inputs.length === 0) return resolve({ results: [], stats, info: undefined });
      const costs = inputs.map((input) => inputCost(job, input));
      const chunks = cutChunks(costs, CHUNK_CHARACTERS);
      const request: Request = {
        job,
        inputs,
        waiting: chunks.reverse(),
        open: chunks.length,
        results: new Array(inputs.length),
        stats,
        onResult,
        resolve,
        reject,
        stopListening: onAbort(signal, () => this.#settle(request, () => reject(signal!.reason))),
      };
      this.#requests.push(request);
      this.#updateHold();
      this.#dispatch();
    });
  }

  /** Ends the threads; requests under way reject. A later request starts new threads. */
  async dispose(): Promise<void> {
    const slots = this.#slots;
    this.#slots = [];
    this.#failAll(new Disposed());
    await Promise.all(slots.map(({ thread }) => thread.terminate()));
  }

  #dispatch(): void {
    for (;;) {
      const request = this.#requests.find(({ waiting }) => waiting.length > 0);
      if (!request) return;
      const ready = this.#slots.filter(({ info, chunks }) => info && chunks.size < CHUNKS_PER_THREAD);
      const [slot] = ready.sort((a, b) => a.chunks.size - b.chunks.size);
      if (!slot || slot.chunks.size > 0) this.#startThreads();
      if (!slot) return;
      const indices = request.waiting.pop()!;
      const id = this.#nextId++;
      slot.chunks.set(id, { request, indices });
      slot.thread.post({ type: "run", id, job: request.job, inputs: indices.map((index) => request.inputs[index]!) });
      this.#requests.splice(this.#requests.indexOf(request), 1);
      this.#requests.push(request);
    }
  }

  /** Starts as many threads as the waiting chunks can use, up to the limit. */
  #startThreads(): void {
    const loading = this.#slots.filter(({ info }) => !info).length;
    const waiting = this.#requests.reduce((sum, request) => sum + request.waiting.length, 0);
    const { workers, spec } = this.#options;
    if (this.#slots.length === 0) this.#maxThreads = Math.max(workers, 1);
    const wanted = Math.min(this.#maxThreads - this.#slots.length, waiting - loading);
    for (let i = 0; i < wanted; i++) {
      const slot: Slot = {
        thread: (workers === 0 ? startHere : startThread)(
          (message) => this.#receive(slot, message),
          (reason) => {
            const problem = `the thread died during a call: ${reason}. The next call starts a new one.`;
            this.#lose(slot, new BackendError("onnx worker", problem));
          },
        ),
        info: undefined,
        chunks: new Map(),
      };
      slot.thread.post({ type: "load", spec });
      this.#slots.push(slot);
    }
  }

  #receive(slot: Slot, message: FromWorker): void {
    if (message.type === "ready") {
      slot.info = message.info;
      this.#updateHold();
    } else if (message.type === "failed" && message.id === undefined) {
      this.#lose(slot, fromWire(message.error));
    } else {
      const id = message.id!;
      const chunk = slot.chunks.get(id);
      slot.chunks.delete(id);
      if (this.#requests.length === 0) this.#updateHold();
      if (chunk && this.#requests.includes(chunk.request)) this.#collect(slot, chunk.request, chunk.indices, message);
    }
    this.#dispatch();
  }

  #collect(slot: Slot, request: Request, indices: number[], message: FromWorker): void {
    if (message.type === "failed") this.#settle(request, () => request.reject(fromWire(message.error)));
    if (message.type !== "done") return;
    indices.forEach((index, position) => {
      const result = message.results[position]!;
      request.results[index] = result;
      request.onResult?.(index, result);
    });
    for (const key of Object.keys(request.stats) as (keyof JobStats)[]) request.stats[key] += message.stats[key];
    if (--request.open > 0) return;
    this.#settle(request, () => request.resolve({ results: request.results, stats: request.stats, info: slot.info }));
  }

  /** Removes a request, cancels what threads still do for it, and answers it. */
  #settle(request: Request, answer: () => void): void {
    request.stopListening();
    this.#requests = this.#requests.filter((other) => other !== request);
    for (const { chunks, thread } of this.#slots) {
      for (const [id, chunk] of chunks) if (chunk.request === request) thread.post({ type: "cancel", id });
    }
    this.#updateHold();
    answer();
  }

  #lose(slot: Slot, error: Error): void {
    if (!this.#slots.includes(slot)) return;
    this.#slots = this.#slots.filter((other) => other !== slot);
    void slot.thread.terminate();
    // For lack of memory, or of the model's files, others would not load either. The threads that are left do the work.
    if (!slot.info) this.#maxThreads = this.#slots.length;
    const isLast = !slot.info && this.#slots.length === 0;
    const had = new Set([...slot.chunks.values()].map(({ request }) => request));
    this.#failAll(error, (request) => isLast || had.has(request));
    this.#dispatch();
  }

  #failAll(error: Error, isConcerned: (request: Request) => boolean = () => true): void {
    for (const request of this.#requests.filter(isConcerned)) this.#settle(request, () => request.reject(error));
  }

  /** Keeps the process alive while there is work, lets it end when there is none, and frees the threads after the idle timeout. */
  #updateHold(): void {
    const busy = this.#requests.length > 0;
    // The process must not end while a thread loads or runs a cancelled batch, because that is native work.
    for (const { thread, info, chunks } of this.#slots) thread.hold(busy || info === undefined || chunks.size > 0);
    clearTimeout(this.#idle);
    if (!busy && this.#options.idleTimeout > 0) {
      this.#idle = setTimeout(() => void this.dispose(), this.#options.idleTimeout);
      (this.#idle as { unref?(): void }).unref?.();
    }
  }
}

/** MaxSim multiplications that take about as long as encoding one character with a small model: 10 ms per chunk of either kind. */
const MULTIPLICATIONS_PER_CHARACTER = 4000;

/** The cost of one input, in characters of text to encode. */
function inputCost(job: Job, input: JobInput): number {
  if (typeof input === "string") return input.length;
  if ("text" in input) return input.vectors ? inputCost(job, input.vectors) : input.text.length;
  const numbers = input.passages.reduce((sum, { values }) => sum + values.length, 0);
  const queryTokens = job.task === "late" && job.query ? job.query.passages[0]!.values.length / job.query.dimension : 1;
  return (numbers * queryTokens) / MULTIPLICATIONS_PER_CHARACTER;
}

/**
 * Divides inputs into chunks of work, as indices. The most expensive inputs come first, so that the last chunks to run are small and all
 * threads finish at about the same time. An input that costs more than the budget of a chunk gets a separate one.
 */
export function cutChunks(costs: readonly number[], budget: number): number[][] {
  const order = [...costs.keys()].sort((a, b) => costs[b]! - costs[a]!);
  const chunks: number[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const index of order) {
    if (size + costs[index]! > budget) {
      chunks.push([]);
      size = 0;
    }
    chunks.at(-1)!.push(index);
    size += costs[index]!;
  }
  return chunks;
}
