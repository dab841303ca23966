import { RerankTimeoutError } from "../../errors.js";

/** The time that one call has, and the signal that ends its sockets. */
export interface CallDeadline {
  readonly signal: AbortSignal;
  /** Milliseconds that are left; `Infinity` without a limit. */
  remaining(): number;
  /** Ends whatever still runs for the call. */
  abort(reason: unknown): void;
  /** Drops timer and listener. */
  release(): void;
}

/** Starts the clock of a call. The signal aborts with the caller's reason or a {@link RerankTimeoutError}. */
export function startCall(timeout: number, caller: AbortSignal | undefined): CallDeadline {
  const controller = new AbortController();
  const end = performance.now() + timeout;
  const forward = () => controller.abort(caller?.reason);
  const timer = Number.isFinite(timeout)
    ? setTimeout(() => controller.abort(new RerankTimeoutError(timeout)), timeout)
    : undefined;
  caller?.addEventListener("abort", forward, { once: true });
  if (caller?.aborted) forward();
  return {
    signal: controller.signal,
    remaining: () => end - performance.now(),
    abort: (reason) => controller.abort(reason),
    release: () => {
      clearTimeout(timer);
      caller?.removeEventListener("abort", forward);
    },
  };
}

/** Settles as `work` does, or rejects with the signal's reason at once: a `fetch` of the caller's own may ignore its signal. */
export function race<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    const settle = () => signal.removeEventListener("abort", stop);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(settle);
  });
}

/** Waits, or rejects with the signal's reason. */
export function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  return race(wait, signal).finally(() => clearTimeout(timer));
}
