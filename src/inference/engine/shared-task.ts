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
    // Whoever waits sees the failure; with nobody left it must not end the process.
    this.result.then(settle, settle);
  }

  /** Everybody who waited gave up before there was a result. */
  get abandoned(): boolean {
    return this.#controller.signal.aborted;
  }

  /** Waits for the result; rejects with the signal's reason as soon as it is aborted. */
  async join(signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    this.#waiting += 1;
    let stop: (() => void) | undefined;
    const aborted = new Promise<never>((_, reject) => {
      stop = () => reject(signal!.reason);
      signal?.addEventListener("abort", stop, { once: true });
    });
    try {
      return await Promise.race([this.result, aborted]);
    } finally {
      signal?.removeEventListener("abort", stop!);
      this.#waiting -= 1;
      if (this.#waiting === 0 && signal?.aborted && !this.#settled) this.#controller.abort(signal.reason);
    }
  }
}
