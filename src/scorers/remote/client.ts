import { type CallSignal, onAbort, raceAbort, startCall } from "../../abort.js";
import { RerankTimeoutError } from "../../errors.js";
import { type Attempt, withRetries } from "../../retry.js";
import type { Answer } from "./answer.js";
import type { Connection } from "./connection.js";
import { exchange } from "./exchange.js";
import type { Hint } from "./faults.js";
import type { Redact } from "./redact.js";

/** How a client behaves, with all defaults filled in. */
export interface ClientSettings {
  backend: string;
  /** `undefined` for the global `fetch`. */
  fetch: typeof globalThis.fetch | undefined;
  timeout: number;
  retries: number;
  maxConcurrency: number;
  maxResponseBytes: number;
  hints?: readonly Hint[] | undefined;
}

/** One call over many inputs, while it runs. */
export interface Call {
  /** Aborts on the caller's signal, on the time limit, and when another part of the call fails. */
  readonly signal: AbortSignal;
  /** Makes one attempt until it succeeds, within the retries and the time limit of the call. */
  attempt<T>(attempt: () => Promise<Attempt<T>>): Promise<T>;
}

/** Result of a call over many inputs. */
export interface Outcome<T> {
  /** One per input, in their order. */
  results: T[];
  /** Attempts that succeeded or failed permanently; repeated attempts count once. */
  requests: number;
  /** Attempts that were repeated. */
  retries: number;
  milliseconds: number;
}

/** Runs the requests of one scorer: at most `maxConcurrency` at a time over all its calls, each call within one time limit. */
export class RequestRunner {
  readonly #slots: Slots;
  readonly #timeout: number;
  readonly #retries: number;

  constructor(settings: Pick<ClientSettings, "timeout" | "retries" | "maxConcurrency">) {
    this.#slots = new Slots(settings.maxConcurrency);
    this.#timeout = settings.timeout;
    this.#retries = settings.retries;
  }

  /**
   * Processes inputs concurrently. The first failure aborts the rest, and is thrown only when no part of the call is running any more.
   *
   * @throws What `work` throws, a RerankTimeoutError, or the signal's reason.
   */
  async each<I, T>(
    inputs: readonly I[],
    work: (input: I, call: Call) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<Outcome<T>> {
    const started = performance.now();
    const call = startCall({
      signals: [signal],
      timeout: this.#timeout,
      onTimeout: (timeout) => new RerankTimeoutError(timeout),
    });
    const counts = { requests: 0, retries: 0 };
    const { signal: ending, remaining } = call;
    const limits = { retries: this.#retries, signal: ending, remaining };
    const attempt = <V>(make: () => Promise<Attempt<V>>): Promise<V> => {
      counts.requests++;
      return withRetries(make, limits).then(({ value, retries }) => {
        counts.retries += retries;
        return value;
      });
    };
    const run = (input: I) => this.#slots.run(() => work(input, { signal: ending, attempt }), ending);
    try {
      const results = inputs.length === 1 ? [await run(inputs[0]!)] : await together(inputs.map(run), call);
      return { results, ...counts, milliseconds: performance.now() - started };
    } finally {
      call.release();
    }
  }
}

/** Posts JSON to one address. The key is held in closures and private fields only, so that no inspection of a scorer shows it. */
export class RemoteClient {
  readonly #connection: Connection;
  readonly #settings: ClientSettings;
  readonly runner: RequestRunner;

  constructor(connection: Connection, settings: ClientSettings) {
    this.#connection = connection;
    this.#settings = settings;
    this.runner = new RequestRunner(settings);
  }

  get redact(): Redact {
    return this.#connection.redact;
  }

  /**
   * Sends one body, with retries.
   *
   * @throws BackendError if the server cannot be reached or answers with an error status. InvalidResponseError if its answer is not JSON.
   */
  post(body: unknown, call: Call): Promise<Answer> {
    const { backend, fetch, maxResponseBytes: maxBytes, hints } = this.#settings;
    const { url, headers, redact, authorize } = this.#connection;
    const { signal } = call;
    const request = { backend, hints, url, headers, redact, body: JSON.stringify(body), fetch, signal, maxBytes };
    if (!authorize) return call.attempt(() => exchange(request));
    return call.attempt(async () => exchange({ ...request, ...(await raceAbort(signal, authorize())) }));
  }
}

/** All results; after a failure, waits until no part is running any more. */
async function together<T>(parts: readonly Promise<T>[], call: Pick<CallSignal, "abort">): Promise<T[]> {
  try {
    return await Promise.all(parts);
  } catch (error) {
    call.abort(error);
    await Promise.allSettled(parts);
    throw error;
  }
}

/** Runs at most a fixed number of tasks at a time, in the order in which they came. */
export class Slots {
  readonly #waiting = new Set<() => void>();
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  /**
   * Runs a task when its turn comes. While it waits, an abort takes it out of the queue at once.
   *
   * @returns What the task returns.
   * @throws The signal's reason, if it aborts before the task starts. What the task throws.
   */
  async run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free--;
    else await this.#turn(signal);
    try {
      signal.throwIfAborted();
      return await task();
    } finally {
      this.#pass();
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const start = () => {
        removeListener();
        resolve();
      };
      const removeListener = onAbort(signal, () => {
        this.#waiting.delete(start);
        reject(signal.reason);
      });
      this.#waiting.add(start);
    });
  }

  /** Gives a slot to the task that has waited longest. */
  #pass(): void {
    const [next] = this.#waiting;
    if (!next) {
      this.#free++;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
