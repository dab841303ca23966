import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BackendError } from "../../../src/errors.js";
import { backOff, parseRetryAfter, withRetries } from "../../../src/retry.js";

describe("retry arithmetic", () => {
  it("reads Retry-After as seconds or as a date", () => {
    const now = Date.parse("2026-01-01T00:00:00Z");
    expect(parseRetryAfter("3", now)).toBe(3000);
    expect(parseRetryAfter("0.5", now)).toBe(500);
    expect(parseRetryAfter("Thu, 01 Jan 2026 00:00:07 GMT", now)).toBe(7000);
    expect(parseRetryAfter("Thu, 01 Jan 2025 00:00:00 GMT", now)).toBe(0);
    for (const nothing of [null, undefined, "", "soon"]) expect(parseRetryAfter(nothing, now)).toBeUndefined();
  });

  it("grows the backoff up to a bound, with jitter", () => {
    expect(backOff(0, () => 0)).toBe(125);
    expect(backOff(0, () => 1)).toBe(250);
    expect(backOff(2, () => 1)).toBe(1000);
    expect(backOff(50, () => 1)).toBe(8000);
  });
});

describe("waiting", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Attempts that fail with this wait, and how many there have been. */
  function failing(retryAfter?: number) {
    const attempt = vi.fn(async () => ({
      fault: { error: new BackendError("b", "busy"), retryable: true, retryAfter },
    }));
    const outcome = vi.fn();
    const run = (timeout: number, retries = 3) =>
      withRetries(attempt, { retries, remaining: () => timeout }).catch(outcome);
    return { attempt, outcome, run };
  }

  it("waits as long as Retry-After says", async () => {
    const { attempt, run } = failing(5_000);
    void run(60_000);
    await vi.advanceTimersByTimeAsync(4_999);
    expect(attempt).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(attempt).toHaveBeenCalledTimes(2);
  });

  it("waits longer each time without Retry-After", async () => {
    const random = vi.spyOn(Math, "random").mockReturnValue(1);
    const { attempt, run } = failing();
    void run(60_000);
    const calls = [];
    for (const milliseconds of [249, 1, 499, 1, 999, 1]) {
      await vi.advanceTimersByTimeAsync(milliseconds);
      calls.push(attempt.mock.calls.length);
    }
    expect(calls).toEqual([1, 2, 2, 3, 3, 4]);
    random.mockRestore();
  });

  it("does not begin a wait that would outlast the call", async () => {
    const { attempt, outcome, run } = failing(5_000);
    await run(4_000);
    expect(attempt).toHaveBeenCalledTimes(1);
    expect(outcome).toHaveBeenCalledWith(expect.objectContaining({ name: "BackendError" }));
  });

  it("makes no more attempts than the retries allow", async () => {
    const { attempt, outcome, run } = failing(0);
    const done = run(600_000, 5);
    await vi.runAllTimersAsync();
    await done;
    expect(attempt).toHaveBeenCalledTimes(6);
    expect(outcome).toHaveBeenCalledOnce();
  });
});
