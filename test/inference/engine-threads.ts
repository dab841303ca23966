import { once } from "node:events";
import type { Worker } from "node:worker_threads";
import type { FromWorker, ToWorker } from "../../src/inference/protocol.js";

/** Observes the threads that this process starts, and the messages in both directions. */
export class ThreadWatch {
  readonly workers: Worker[] = [];
  readonly messages: FromWorker[] = [];
  /** Number of threads that have ended. */
  ended = 0;
  readonly #onPost = new Set<(message: ToWorker) => void>();
  readonly #watch = (worker: Worker) => {
    this.workers.push(worker);
    const post = worker.postMessage.bind(worker);
    worker.postMessage = (message: ToWorker) => {
      post(message);
      for (const listener of this.#onPost) listener(message);
    };
    worker.on("message", (message) => this.messages.push(message));
    worker.on("exit", () => this.ended++);
  };

  constructor() {
    process.on("worker", this.#watch);
  }

  /** Number of threads that are running. */
  get alive(): number {
    return this.workers.length - this.ended;
  }

  /** Number of messages of a type. */
  count(type: FromWorker["type"]): number {
    return this.messages.filter((message) => message.type === type).length;
  }

  /** Number of batches in the chunks that are done. */
  get batches(): number {
    return this.messages.reduce((sum, message) => sum + (message.type === "done" ? message.stats.batches : 0), 0);
  }

  /** Resolves as soon as there is a thread, which has not loaded its model yet. */
  async started(): Promise<void> {
    if (this.workers.length === 0) await once(process, "worker");
  }

  /** Resolves at the next message of a type from the threads that are running now. */
  next(type: FromWorker["type"]): Promise<void> {
    return new Promise((resolve) => {
      const removals = this.workers.map((worker) => {
        const listener = (message: FromWorker) => {
          if (message.type !== type) return;
          for (const remove of removals) remove();
          resolve();
        };
        worker.on("message", listener);
        return () => worker.off("message", listener);
      });
    });
  }

  /** Resolves when a message of a type is next sent to a thread. */
  posted(type: ToWorker["type"]): Promise<void> {
    return new Promise((resolve) => {
      const listener = (message: ToWorker) => {
        if (message.type !== type) return;
        this.#onPost.delete(listener);
        resolve();
      };
      this.#onPost.add(listener);
    });
  }

  stop(): void {
    process.off("worker", this.#watch);
  }
}

/** Distinct passages of about 90 tokens. */
export function passages(count: number): string[] {
  const text = "the ferry crosses the river twice an hour and carries bicycles, carts and cattle to the market. ";
  return Array.from({ length: count }, (_, i) => `Passage ${i}: ${text.repeat(4 + (i % 3))}`);
}
