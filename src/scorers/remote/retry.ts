import type { RerankError } from "../../errors.js";
import { type CallDeadline, sleep } from "./deadline.js";

/** One failed attempt. */
export interface Fault {
  error: RerankError;
  /** Whether the same request may succeed when sent again. */
  retryable: boolean;
  /** Milliseconds that the server asked to wait. */
  retryAfter?: number | undefined;
}

/** What one attempt came to. */
export type Attempt<T> = { value: T } | { fault: Fault };

const FIRST_DELAY = 250;
const LONGEST_DELAY = 8_000;
/** A server that asks for more is down for this caller; with no timeout set, waiting on would look like hanging. */
const LONGEST_RETRY_AFTER = 60_000;

/** Statuses after which the same request may succeed. 501 and 505 say that it never will. */
export function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
}

/** Milliseconds of a `Retry-After` header, in seconds or as an HTTP date (RFC 9110, 10.2.3). */
export function parseRetryAfter(value: string | null | undefined, now: number = Date.now()): number | undefined {
  const text = value?.trim();
  if (!text) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Exponential back-off, half of it random, so that clients which failed together do not come back together. */
export function backOff(attempt: number, random: () => number = Math.random): number {
  return Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** attempt) * (0.5 + random() / 2);
}

/**
 * Tries until an attempt succeeds, fails for good, `retries` are spent, or the wait would outlast the call.
 *
 * @returns What the last attempt gave, and how many came before it.
 * @throws The last attempt's error, or the signal's reason.
 */
export async function withRetries<T>(
  attempt: () => Promise<Attempt<T>>,
  retries: number,
  deadline: CallDeadline,
): Promise<{ value: T; retries: number }> {
  for (let retry = 0; ; retry++) {
    const outcome = await attempt();
    if ("value" in outcome) return { value: outcome.value, retries: retry };
    deadline.signal.throwIfAborted();
    const { error, retryable, retryAfter } = outcome.fault;
    const wait = Math.max(retryAfter ?? 0, backOff(retry));
    if (!retryable || retry >= retries || wait >= deadline.remaining() || wait > LONGEST_RETRY_AFTER) throw error;
    await sleep(wait, deadline);
  }
}
