import { RerankTimeoutError } from "../../errors.js";

/** Something that can end, and tells whoever waits. */
export interface Stop {
  readonly signal: AbortSignal;
  /** Calls `listener` when the signal aborts, until the returned function is called. One call waits in hundreds of places at times, and as many listeners on the signal itself would look like a leak to the runtime. */
  onAbort(listener: () => void): () => void;
}

/** The time that one call has, and the signal that ends its sockets. */
export interface CallDeadline extends Stop {
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
  const { signal } = controller;
  const listeners = new Set<() => void>();
  const end = performance.now() + timeout;
  const forward = () => controller.abort(caller?.reason);
  const timer = Number.isFinite(timeout)
    ? setTimeout(() => controller.abort(new RerankTimeoutError(timeout)), timeout)
    : undefined;
  signal.addEventListener("abort", () => {
    for (const listener of listeners) listener();
  });
  caller?.addEventListener("abort", forward, { once: true });
  if (caller?.aborted) forward();
  return {
    signal,
    onAbort: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    remaining: () => end - performance.now(),
    abort: (reason) => controller.abort(reason),
    release: () => {
      clearTimeout(timer);
      caller?.removeEventListener("abort", forward);
    },
  };
}

/** Settles as `work` does, or rejects with the signal's reason at once: a `fetch` of the caller's own may ignore its signal. */
export function race<T>(work: Promise<T>, { signal, onAbort }: Stop): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    const settle = onAbort(stop);
    work.then(resolve, reject).finally(settle);
  });
}

/** Waits, or rejects with the signal's reason. */
export function sleep(milliseconds: number, stop: Stop): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  return race(wait, stop).finally(() => clearTimeout(timer));
}
