import type { Stop } from "./deadline.js";

/** Lets at most so many tasks run at a time, first come, first served. */
export class Semaphore {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(size: number) {
    this.#free = size;
  }

  /** Runs the task when there is room. One that is stopped while it waits leaves the queue and rejects with the reason. */
  async run<T>(task: () => Promise<T>, stop: Stop): Promise<T> {
    await this.#enter(stop);
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }

  #enter({ signal, onAbort }: Stop): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free--;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const enter = () => {
        forget();
        resolve();
      };
      const forget = onAbort(() => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        reject(signal.reason);
      });
      this.#waiting.push(enter);
    });
  }
}
