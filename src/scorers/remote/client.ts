import type { Connection } from "../http/connection.js";
import type { CallDeadline } from "./deadline.js";
import { type Answer, exchange } from "./exchange.js";
import { createRedact, type Redact } from "./redact.js";
import { withRetries } from "./retry.js";
import { runAll } from "./run-all.js";
import { Semaphore } from "./semaphore.js";

/** How a client behaves, all defaults settled. */
export interface ClientSettings {
  backend: string;
  fetch: typeof globalThis.fetch | undefined;
  timeout: number;
  retries: number;
  maxConcurrency: number;
  maxResponseBytes: number;
  hints?: Readonly<Record<number, string>>;
}

/** Sends one body and resolves to a readable answer, retries included. */
export type Post = (body: unknown) => Promise<Answer>;

/** What a call over many inputs came to. */
export interface Outcome<T> {
  /** One a given input, in order. */
  results: T[];
  requests: number;
  retries: number;
  milliseconds: number;
}

/** Posts to one address with one key. The key lives in private fields alone, so that no inspection of a scorer can show it. */
export class RerankClient {
  readonly #connection: Connection;
  readonly #settings: ClientSettings;
  readonly #semaphore: Semaphore;
  readonly redact: Redact;

  constructor(connection: Connection, settings: ClientSettings) {
    this.#connection = connection;
    this.#settings = settings;
    this.#semaphore = new Semaphore(settings.maxConcurrency);
    this.redact = createRedact(connection.secrets);
  }

  /**
   * Works through inputs side by side, as far as `maxConcurrency` allows over all calls of this client. The first failure ends the rest.
   *
   * @throws What `work` throws, a BackendError, an InvalidResponseError, a RerankTimeoutError, or the signal's reason.
   */
  async each<I, T>(
    inputs: readonly I[],
    work: (input: I, post: Post) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<Outcome<T>> {
    const told = { requests: 0, retries: 0 };
    const limits = { timeout: this.#settings.timeout, semaphore: this.#semaphore, signal };
    const outcome = await runAll(inputs, limits, (input, deadline) =>
      work(input, (body) => this.#post(body, deadline, told)),
    );
    return { ...outcome, ...told };
  }

  async #post(body: unknown, deadline: CallDeadline, told: { requests: number; retries: number }): Promise<Answer> {
    const { backend, maxResponseBytes, hints, retries } = this.#settings;
    const request = {
      ...this.#connection,
      backend,
      body: JSON.stringify(body),
      // Looked up at each call, so that instrumentation which replaces the global later is used.
      fetch: this.#settings.fetch ?? globalThis.fetch,
      stop: deadline,
      maxBytes: maxResponseBytes,
      redact: this.redact,
      ...(hints === undefined ? {} : { hints }),
    };
    told.requests++;
    const { value, retries: spent } = await withRetries(() => exchange(request), retries, deadline);
    told.retries += spent;
    return value;
  }
}
