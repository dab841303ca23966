import { HttpError } from "./http-error.js";
import { Semaphore } from "./semaphore.js";

/** Seconds that a request takes, until one has been seen. */
const FIRST_GUESS = 1;
/** Weight of the newest request in the running mean. */
const NEWEST = 0.1;

/** Lets so many requests run, so many wait, and turns away the rest with the time after which to come back. */
export class WorkQueue {
  readonly #semaphore: Semaphore;
  readonly #size: number;
  readonly #maxWaiting: number;
  #admitted = 0;
  #seconds = FIRST_GUESS;

  constructor(size: number, maxWaiting: number) {
    this.#semaphore = new Semaphore(size);
    this.#size = size;
    this.#maxWaiting = maxWaiting;
  }

  get running(): number {
    return Math.min(this.#admitted, this.#size);
  }

  get waiting(): number {
    return Math.max(0, this.#admitted - this.#size);
  }

  /** @throws HttpError 429 when the queue is full. The reason for which it is stopped. What the task throws. */
  async run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.waiting >= this.#maxWaiting && this.#admitted >= this.#size) {
      const retryAfter = Math.max(1, Math.ceil((this.waiting / this.#size) * this.#seconds));
      throw new HttpError(429, "queue_full", `${this.#admitted} requests are under way already; try again later`, {
        retryAfter,
      });
    }
    this.#admitted++;
    try {
      return await this.#semaphore.run(() => this.#timed(task), signal);
    } finally {
      this.#admitted--;
    }
  }

  async #timed<T>(task: () => Promise<T>): Promise<T> {
    const started = performance.now();
    const result = await task();
    this.#seconds += NEWEST * ((performance.now() - started) / 1000 - this.#seconds);
    return result;
  }
}
