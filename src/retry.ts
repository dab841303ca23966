import { sleep } from "./abort.js";

/** One failed attempt. */
export interface Fault {
  error: Error;
  /** True if the same attempt may succeed when it is made again. */
  retryable: boolean;
  /** Milliseconds that the other side asked to wait. */
  retryAfter?: number | undefined;
}

/** Result of one attempt. */
export type Attempt<T> = { value: T } | { fault: Fault };

/** How often to retry, and how long. */
export interface RetryLimits {
  /** Maximum number of attempts after the first one. */
  retries: number;
  /** Ends the waiting. */
  signal?: AbortSignal | undefined;
  /** Milliseconds left for all attempts together. A wait that would take longer is not begun. */
  remaining?: (() => number) | undefined;
}

const FIRST_DELAY = 250;
const LONGEST_DELAY = 8_000;
/** A server that asks for a longer wait is treated as down, because waiting would look like a hang. */
const LONGEST_RETRY_AFTER = 60_000;

/** True if the same request may succeed after this HTTP status. 501 and 505 say that it never will. */
export function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
}

/** Milliseconds of a `Retry-After` header, which holds seconds or an HTTP date (RFC 9110, section 10.2.3). */
export function parseRetryAfter(value: string | null | undefined, now: number = Date.now()): number | undefined {
  const text = value?.trim();
  if (!text) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Milliseconds of exponential backoff. Half of it is random, so that clients that failed together do not return together. */
export function backOff(retry: number, random: () => number = Math.random): number {
  return Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** retry) * (0.5 + random() / 2);
}

/**
 * Repeats an attempt until it succeeds, fails permanently, or the limits are reached.
 *
 * @returns The value of the successful attempt and the number of failed attempts before it.
 * @throws The error of the last attempt, or the signal's reason.
 */
export async function withRetries<T>(
  attempt: () => Promise<Attempt<T>>,
  { retries, signal, remaining = () => Number.POSITIVE_INFINITY }: RetryLimits,
): Promise<{ value: T; retries: number }> {
  for (let retry = 0; ; retry++) {
    const outcome = await attempt();
    if ("value" in outcome) return { value: outcome.value, retries: retry };
    signal?.throwIfAborted();
    const { error, retryable, retryAfter } = outcome.fault;
    const wait = Math.max(retryAfter ?? 0, backOff(retry));
    if (!retryable || retry >= retries || wait >= remaining() || wait > LONGEST_RETRY_AFTER) throw error;
    await sleep(wait, signal);
  }
}
