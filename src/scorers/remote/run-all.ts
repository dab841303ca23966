import { type CallDeadline, startCall } from "./deadline.js";
import type { Semaphore } from "./semaphore.js";

/**
 * Works through inputs side by side, as far as the semaphore allows, within one time limit. The first failure ends the rest, and is thrown
 * only when nothing of the call is running any more.
 *
 * @returns One result an input, in order, and the wall milliseconds.
 * @throws What `work` throws, a RerankTimeoutError, or the caller's reason.
 */
export async function runAll<I, T>(
  inputs: readonly I[],
  limits: { timeout: number; semaphore: Semaphore; signal: AbortSignal | undefined },
  work: (input: I, deadline: CallDeadline) => Promise<T>,
): Promise<{ results: T[]; milliseconds: number }> {
  const started = performance.now();
  const deadline = startCall(limits.timeout, limits.signal);
  try {
    const running = inputs.map((input) => limits.semaphore.run(() => work(input, deadline), deadline));
    const results = await Promise.all(running).catch(async (error: unknown) => {
      deadline.abort(error);
      await Promise.allSettled(running);
      throw error;
    });
    return { results, milliseconds: performance.now() - started };
  } finally {
    deadline.release();
  }
}
