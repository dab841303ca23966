import { raceAbort } from "./abort.js";

/** One piece of work that several calls wait for. It is stopped when every call that waits for it has been aborted. */
export class SharedTask<T> {
  readonly result: Promise<T>;
  readonly #controller = new AbortController();
  #waiting = 0;
  #settled = false;

  constructor(start: (signal: AbortSignal) => Promise<T>) {
    this.result = start(this.#controller.signal);
    const settle = () => {
      this.#settled = true;
    };
    // Callers see a failure through `join`; when none is left, it must not end the process as an unhandled rejection.
    this.result.then(settle, settle);
  }

  /** True when all callers gave up before there was a result. */
  get abandoned(): boolean {
    return this.#controller.signal.aborted;
  }

  /** Waits for the result. Rejects with the signal's reason as soon as it aborts. */
  async join(signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    this.#waiting += 1;
    try {
      return await raceAbort(signal, this.result);
    } finally {
      this.#waiting -= 1;
      if (this.#waiting === 0 && signal?.aborted && !this.#settled) this.#controller.abort(signal.reason);
    }
  }
}

/** Something that is opened once for all calls that need it, and closed once, in whatever order calls, aborts and `close` happen. */
export class OpenOnce<T> {
  readonly #open: (signal: AbortSignal) => Promise<T>;
  readonly #close: (opened: T) => Promise<void> | void;
  #task: SharedTask<T> | undefined;

  /**
   * @param open Its signal aborts when every waiting call has been aborted. After a failure, the next call tries again.
   * @param close Called for everything that was opened, even if no call waits for it anymore.
   */
  constructor(open: (signal: AbortSignal) => Promise<T>, close: (opened: T) => Promise<void> | void = () => {}) {
    this.#open = open;
    this.#close = close;
  }

  /** Opens it unless it is open. Rejects with the signal's reason as soon as it aborts. */
  async get(signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    // Closing the abandoned one neither delays this call nor makes it fail.
    if (this.#task?.abandoned) this.close().catch(() => {});
    this.#task ??= this.#start();
    return this.#task.join(signal);
  }

  /** Closes it once it is open. The next call opens it again. */
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
