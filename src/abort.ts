/**
 * The one place that combines abort signals and timers.
 *
 * `AbortSignal.any` and `AbortSignal.timeout` are not used for two reasons: a long-lived signal keeps a reference for every signal
 * that `any` derives from it, and a timer of `timeout` cannot be canceled. Here, one signal gets at most one listener from this package
 * however many calls wait for it, and nothing is left behind when a call ends.
 */

interface Subscription {
  readonly listeners: Set<() => void>;
  /** Called when no listener is left. */
  readonly end?: () => void;
}

const subscriptions = new WeakMap<AbortSignal, Subscription>();

/**
 * Calls `listener` once when the signal aborts, or immediately if it has already aborted.
 *
 * @returns A function that removes the listener.
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (!signal) return () => {};
  if (signal.aborted) {
    listener();
    return () => {};
  }
  const { listeners, end } = subscriptions.get(signal) ?? subscribe(signal);
  // A new wrapper, so that the same function can be registered twice.
  const entry = () => listener();
  listeners.add(entry);
  return () => {
    if (listeners.delete(entry) && listeners.size === 0) end?.();
  };
}

function subscribe(signal: AbortSignal): Subscription {
  const listeners = new Set<() => void>();
  const notify = () => notifyAll(listeners);
  signal.addEventListener("abort", notify, { once: true });
  const end = () => {
    signal.removeEventListener("abort", notify);
    subscriptions.delete(signal);
  };
  const subscription = { listeners, end };
  subscriptions.set(signal, subscription);
  return subscription;
}

function notifyAll(listeners: Set<() => void>): void {
  for (const listener of listeners) listener();
  listeners.clear();
}

/** Settles as `work` does, or rejects with the signal's reason as soon as it aborts, for work that ignores its signal. */
export function raceAbort<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const remove = onAbort(signal, () => reject(signal!.reason));
    work.then(
      (value) => {
        remove();
        resolve(value);
      },
      (error) => {
        remove();
        reject(error);
      },
    );
  });
}

/** Waits for a number of milliseconds, or rejects with the signal's reason as soon as it aborts. */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  return raceAbort(signal, wait).finally(() => clearTimeout(timer));
}

/** One signal for one call, made of the signals and the time limit that apply to it. */
export interface CallSignal {
  readonly signal: AbortSignal;
  /** Milliseconds left before the time limit; `Infinity` without one. */
  remaining(): number;
  /** Stops the call. */
  abort(reason: unknown): void;
  /** Removes the timer and the listeners. Must be called when the call has ended. */
  release(): void;
}

/** What can stop a call; see {@link startCall}. */
export interface CallLimits {
  /** The reason of the first one to abort becomes the reason of the call's signal. */
  readonly signals?: readonly (AbortSignal | undefined)[] | undefined;
  /** Milliseconds from now; `undefined` or `Infinity` for no limit. */
  readonly timeout?: number | undefined;
  /** Makes the reason with which the call's signal aborts when the time is up. */
  readonly onTimeout?: ((timeout: number) => unknown) | undefined;
}

/** Starts the clock of one call. */
export function startCall({ signals = [], timeout = Number.POSITIVE_INFINITY, onTimeout }: CallLimits): CallSignal {
  const controller = new AbortController();
  // Only `abort` aborts this signal, so its listeners need no event, which would cost more than everything else here.
  const listeners = new Set<() => void>();
  subscriptions.set(controller.signal, { listeners });
  const abort = (reason: unknown) => {
    controller.abort(reason);
    notifyAll(listeners);
  };
  const end = performance.now() + timeout;
  const cleanups = signals.map((signal) => onAbort(signal, () => abort(signal!.reason)));
  if (Number.isFinite(timeout) && !controller.signal.aborted) {
    const reason = () => onTimeout?.(timeout) ?? new DOMException("The call timed out.", "TimeoutError");
    const timer = setTimeout(() => abort(reason()), timeout);
    cleanups.push(() => clearTimeout(timer));
  }
  return {
    signal: controller.signal,
    remaining: () => end - performance.now(),
    abort,
    release: () => {
      for (const cleanup of cleanups) cleanup();
    },
  };
}

/** Makes one call, which any of the signals aborts. */
export async function callWith<T>(
  signals: CallLimits["signals"],
  call: (signal: AbortSignal) => T | Promise<T>,
): Promise<T> {
  const { signal, release } = startCall({ signals });
  try {
    return await call(signal);
  } finally {
    release();
  }
}

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
