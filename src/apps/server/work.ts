import type { Context } from "hono";
import { raceAbort, startCall } from "../../abort.js";
import { RerankTimeoutError } from "../../errors.js";
import { HttpError } from "./http-error.js";
import { readTimeout } from "./request-timeout.js";
import type { Tracer } from "./tracing.js";
import type { Ticket, WorkQueue } from "./work-queue.js";

/** What one request's work is given. */
export interface WorkCall {
  /** Aborts when the client leaves, the time is up, or the server ends. */
  signal: AbortSignal;
  ticket: Ticket;
}

/** Runs the work of requests within their time limits, until the server shuts down. */
export class Work {
  readonly #queue: WorkQueue;
  readonly #timeout: number;
  readonly #tracer: Tracer;
  readonly #active = new Set<(reason: unknown) => void>();
  #draining = false;

  constructor(queue: WorkQueue, timeout: number, tracer: Tracer) {
    this.#queue = queue;
    this.#timeout = timeout;
    this.#tracer = tracer;
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** From now on, new work is refused with 503. */
  drain(): void {
    this.#draining = true;
  }

  /** Stops the work that still runs. */
  abort(): void {
    for (const stop of this.#active) stop(shuttingDown());
  }

  /**
   * Runs a request's work when it is its turn and answers with its result as JSON.
   *
   * @param texts How many texts it works on.
   * @throws HttpError 429 or 503 when it cannot start. What the task throws.
   */
  async run(context: Context, texts: number, task: (call: WorkCall) => Promise<object>): Promise<Response> {
    if (this.#draining) throw shuttingDown();
    const timeout = readTimeout(context.req.header("x-request-timeout"), this.#timeout);
    const onTimeout = () => new RerankTimeoutError(timeout);
    const call = startCall({ signals: [context.req.raw.signal], timeout, onTimeout });
    this.#active.add(call.abort);
    try {
      const ticket = this.#queue.open(texts, call.remaining(), call.signal);
      // A turn lasts until its work has really ended; the client need not wait for that.
      const result = this.#tracer
        .trace(context.req, texts, () => task({ signal: call.signal, ticket }))
        .finally(() => ticket.close());
      return context.json(await raceAbort(call.signal, result));
    } finally {
      this.#active.delete(call.abort);
      call.release();
    }
  }
}

function shuttingDown(): HttpError {
  return new HttpError(503, "shutting_down", "the server is shutting down", { retryAfter: 5 });
}
