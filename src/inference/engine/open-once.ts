import { SharedTask } from "./shared-task.js";

/** Something that is opened once for all calls that need it, and closed once, however calls, aborts and `close` fall together. */
export class OpenOnce<T> {
  readonly #open: (signal: AbortSignal) => Promise<T>;
  readonly #close: (opened: T) => Promise<void> | void;
  #task: SharedTask<T> | undefined;

  /**
   * @param open Stopped when every call that waits for it has been aborted. After a failure the next call tries again.
   * @param close Called for everything that was opened, also where nobody waits for it any more.
   */
  constructor(open: (signal: AbortSignal) => Promise<T>, close: (opened: T) => Promise<void> | void = () => {}) {
    this.#open = open;
    this.#close = close;
  }

  /** Opens it, unless it is open. Rejects with the signal's reason as soon as it aborts. */
  async get(signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    // Its end is not waited for, and its failure is nothing to this call.
    if (this.#task?.abandoned) this.close().catch(() => {});
    this.#task ??= this.#start();
    return this.#task.join(signal);
  }

  /** Closes it, once it is open; the next call opens it anew. */
  async close(): Promise<void> {
    const task = this.#task;
    this.#task = undefined;
    const opened = await task?.result.then(
      (value) => ({ value }),
      () => undefined,
    );
    if (opened) await this.#close(opened.value);
  }

  #start(): SharedTask<T> {
    const task = new SharedTask(this.#open);
    task.result.catch(() => {
      if (this.#task === task) this.#task = undefined;
    });
    return task;
  }
}
