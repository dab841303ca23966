import { nextTurn } from "./next-turn.js";

/**
 * Divides work on the calling thread: other tasks of the event loop, such as the timers of time limits, get a turn whenever a certain amount
 * has been done.
 */
export class Turns {
  readonly #amount: number;
  readonly #signal: AbortSignal | undefined;
  #done = 0;

  /** @param amount Work between two turns, in any unit. */
  constructor(amount: number, signal: AbortSignal | undefined) {
    this.#amount = amount;
    this.#signal = signal;
  }

  /** Adds work that has been done. */
  add(work: number): void {
    this.#done += work;
  }

  /** Whether it is time for a turn. Apart from {@link take}, because waiting for a promise costs more than a short text. */
  get isDue(): boolean {
    return this.#done >= this.#amount;
  }

  /** Lets other tasks run. @throws The signal's reason, if it has been aborted. */
  async take(): Promise<void> {
    this.#done = 0;
    await nextTurn();
    this.#signal?.throwIfAborted();
  }
}
