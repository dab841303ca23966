import { once } from "node:events";
import type { Worker } from "node:worker_threads";
import type { FromWorker } from "../../src/inference/protocol.js";

/** The threads that this process starts, and what they say, seen from outside. */
export class ThreadWatch {
  readonly workers: Worker[] = [];
  readonly messages: FromWorker[] = [];
  /** Threads that ended. */
  ended = 0;
  readonly #watch = (worker: Worker) => {
    this.workers.push(worker);
    worker.on("message", (message) => this.messages.push(message));
    worker.on("exit", () => this.ended++);
  };

  constructor() {
    process.on("worker", this.#watch);
  }

  count(type: FromWorker["type"]): number {
    return this.messages.filter((message) => message.type === type).length;
  }

  /** Batches of the chunks that were finished. */
  get batches(): number {
    return this.messages.reduce((sum, message) => sum + (message.type === "done" ? message.stats.batches : 0), 0);
  }

  /** Settles as soon as there is a thread; a poll would come after a tiny model has loaded and answered. */
  async started(): Promise<void> {
    if (this.workers.length === 0) await once(process, "worker");
  }

  /** Settles with the next message of a type. */
  next(type: FromWorker["type"]): Promise<void> {
    return new Promise((resolve) => {
      const stops = this.workers.map((worker) => {
        const hear = (message: FromWorker) => {
          if (message.type !== type) return;
          for (const stop of stops) stop();
          resolve();
        };
        worker.on("message", hear);
        return () => worker.off("message", hear);
      });
    });
  }

  stop(): void {
    process.off("worker", this.#watch);
  }
}

/** So many passages, no two alike, of some 90 tokens. */
export function passages(count: number): string[] {
  const text = "the ferry crosses the river twice an hour and carries bicycles, carts and cattle to the market. ";
  return Array.from({ length: count }, (_, i) => `Passage ${i}: ${text.repeat(4 + (i % 3))}`);
}
