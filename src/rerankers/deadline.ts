import { RerankTimeoutError } from "../errors.js";

/** Signals and a time limit made one, and a way to stop waiting for work that takes no signal. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Settles as `work` does, or rejects with the signal's reason as soon as it aborts. */
  race<T>(work: Promise<T>): Promise<T>;
  /** Drops the timer and the listeners. Must be called once the work is over, else they outlive it. */
  release(): void;
}

/**
 * @param timeout Milliseconds from now until the signal aborts with a {@link RerankTimeoutError}.
 * @param signals The callers' own; the reason of the first to abort becomes the reason.
 */
export function startDeadline(timeout: number | undefined, signals: readonly (AbortSignal | undefined)[]): Deadline {
  const controller = new AbortController();
  const cleanups: (() => void)[] = [];
  for (const signal of signals) {
    if (!signal) continue;
    if (signal.aborted) controller.abort(signal.reason);
    const forward = () => controller.abort(signal.reason);
    signal.addEventListener("abort", forward, { once: true });
    cleanups.push(() => signal.removeEventListener("abort", forward));
  }
  if (timeout !== undefined) {
    const timer = setTimeout(() => controller.abort(new RerankTimeoutError(timeout)), timeout);
    cleanups.push(() => clearTimeout(timer));
  }
  const { signal } = controller;
  return {
    signal,
    race: (work) =>
      new Promise((resolve, reject) => {
        const stop = () => reject(signal.reason);
        if (signal.aborted) stop();
        else signal.addEventListener("abort", stop, { once: true });
        cleanups.push(() => signal.removeEventListener("abort", stop));
        work.then(resolve, reject);
      }),
    release: () => {
      for (const cleanup of cleanups) cleanup();
    },
  };
}
