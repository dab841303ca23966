import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { onAbort, raceAbort, sleep, startCall } from "../src/abort.js";
import { collectProcessWarnings } from "./support/process-warnings.js";

const never = () => new Promise<never>(() => {});
const listeners = (signal: AbortSignal) => getEventListeners(signal, "abort").length;

describe("onAbort", () => {
  it("calls every listener once, in order, when the signal aborts", () => {
    const controller = new AbortController();
    const calls: number[] = [];
    for (const each of [1, 2, 3]) onAbort(controller.signal, () => calls.push(each));
    controller.abort();
    expect(calls).toEqual([1, 2, 3]);
    expect(listeners(controller.signal)).toBe(0);
  });

  it("calls the listener immediately if the signal has already aborted", () => {
    let calls = 0;
    onAbort(AbortSignal.abort(), () => {
      calls += 1;
    });
    expect(calls).toBe(1);
  });

  it("does not call a listener that was removed, and keeps the others", () => {
    const controller = new AbortController();
    const calls: string[] = [];
    const listener = () => calls.push("same");
    const remove = onAbort(controller.signal, listener);
    onAbort(controller.signal, listener);
    remove();
    remove();
    controller.abort();
    expect(calls).toEqual(["same"]);
  });

  it("listens again after its last listener was removed", () => {
    const controller = new AbortController();
    onAbort(controller.signal, () => {})();
    let called = false;
    onAbort(controller.signal, () => {
      called = true;
    });
    controller.abort();
    expect(called).toBe(true);
  });
});

describe("10,000 calls that share one signal", () => {
  const warnings = collectProcessWarnings();

  it("add one listener while they run, none afterwards, and cause no process warning", async () => {
    const { signal } = new AbortController();
    const calls = Array.from({ length: 10_000 }, () => startCall({ signals: [signal], timeout: 60_000 }));
    const work = calls.map((call) => raceAbort(call.signal, Promise.resolve(1)));
    expect(listeners(signal)).toBe(1);
    await Promise.all(work);
    for (const call of calls) call.release();
    expect(listeners(signal)).toBe(0);
    expect(calls.every((call) => listeners(call.signal) === 0)).toBe(true);
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings).toEqual([]);
  });

  it("all stop with the reason of the signal", async () => {
    const controller = new AbortController();
    const calls = Array.from({ length: 10_000 }, () => startCall({ signals: [controller.signal] }));
    const work = calls.map((call) => raceAbort(call.signal, never()).catch((reason) => reason));
    controller.abort("enough");
    expect(new Set(await Promise.all(work))).toEqual(new Set(["enough"]));
    expect(listeners(controller.signal)).toBe(0);
  });
});

describe("startCall", () => {
  it("aborts with the reason of the first signal that aborts", () => {
    const [first, second] = [new AbortController(), new AbortController()];
    const call = startCall({ signals: [undefined, first.signal, second.signal] });
    second.abort("second");
    first.abort("first");
    expect(call.signal.reason).toBe("second");
  });

  it("is aborted from the start if one of its signals is", () => {
    expect(startCall({ signals: [AbortSignal.abort("early")], timeout: 1 }).signal.reason).toBe("early");
  });

  it("aborts with the reason made by onTimeout when the time is up", async () => {
    const call = startCall({ timeout: 1, onTimeout: (timeout) => `${timeout} ms are up` });
    await expect(raceAbort(call.signal, never())).rejects.toBe("1 ms are up");
  });

  it("aborts with a TimeoutError when the time is up and nothing else is said", async () => {
    const call = startCall({ timeout: 1 });
    await expect(raceAbort(call.signal, never())).rejects.toMatchObject({ name: "TimeoutError" });
  });

  it("has unlimited time without a timeout, and less than the timeout with one", () => {
    expect(startCall({}).remaining()).toBe(Number.POSITIVE_INFINITY);
    const call = startCall({ timeout: 60_000 });
    expect(call.remaining()).toBeLessThanOrEqual(60_000);
    call.release();
  });

  it("stops with the reason passed to abort", () => {
    const call = startCall({});
    call.abort("stopped");
    expect(call.signal.reason).toBe("stopped");
  });
});

describe("raceAbort and sleep", () => {
  it("pass on the result and the failure of the work", async () => {
    const { signal } = new AbortController();
    await expect(raceAbort(signal, Promise.resolve(3))).resolves.toBe(3);
    await expect(raceAbort(undefined, Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    await expect(sleep(1, signal)).resolves.toBeUndefined();
  });

  it("reject with the reason of a signal that aborts or has aborted", async () => {
    await expect(sleep(60_000, AbortSignal.abort("before"))).rejects.toBe("before");
    const controller = new AbortController();
    const waiting = sleep(60_000, controller.signal);
    controller.abort("during");
    await expect(waiting).rejects.toBe("during");
  });

  it("leave no unhandled rejection when the work fails after the abort", async () => {
    let fail: (error: Error) => void = () => {};
    const work = new Promise<never>((_, reject) => {
      fail = reject;
    });
    await expect(raceAbort(AbortSignal.abort("stopped"), work)).rejects.toBe("stopped");
    fail(new Error("late"));
    await new Promise((resolve) => setImmediate(resolve));
  });
});
