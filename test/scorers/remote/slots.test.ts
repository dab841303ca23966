import { describe, expect, it } from "vitest";
import { Slots } from "../../../src/scorers/remote/client.js";

/** Tasks that end when told to, and the order in which they began. */
function tasks() {
  const begun: number[] = [];
  const ends = new Map<number, () => void>();
  const task = (number: number) => () => {
    begun.push(number);
    return new Promise<number>((resolve) => ends.set(number, () => resolve(number)));
  };
  return { begun, task, end: (number: number) => ends.get(number)?.() };
}

const { signal: calm } = new AbortController();
const turnOver = () => new Promise((resolve) => setImmediate(resolve));

describe("Slots", () => {
  it("runs as many tasks at a time as there are slots, in the order in which they came", async () => {
    const { begun, task, end } = tasks();
    const slots = new Slots(2);
    const results = [1, 2, 3, 4].map((number) => slots.run(task(number), calm));
    await turnOver();
    expect(begun).toEqual([1, 2]);
    end(2);
    await turnOver();
    expect(begun).toEqual([1, 2, 3]);
    end(1);
    await turnOver();
    expect(begun).toEqual([1, 2, 3, 4]);
    end(3);
    end(4);
    expect(await Promise.all(results)).toEqual([1, 2, 3, 4]);
  });

  it("gives the slot of a task that failed to the next one", async () => {
    const { begun, task, end } = tasks();
    const slots = new Slots(1);
    const failed = slots.run(() => Promise.reject(new Error("broken")), calm);
    const next = slots.run(task(1), calm);
    await expect(failed).rejects.toThrow("broken");
    await turnOver();
    expect(begun).toEqual([1]);
    end(1);
    expect(await next).toBe(1);
  });

  it("takes a task out of the queue when its signal aborts, and never starts it", async () => {
    const { begun, task, end } = tasks();
    const slots = new Slots(1);
    const first = slots.run(task(1), calm);
    const controller = new AbortController();
    const second = slots.run(task(2), controller.signal);
    const third = slots.run(task(3), calm);
    controller.abort("enough");
    await expect(second).rejects.toBe("enough");
    end(1);
    await first;
    await turnOver();
    expect(begun).toEqual([1, 3]);
    end(3);
    expect(await third).toBe(3);
  });

  it("passes on the slot of a task whose signal aborts just as its turn comes", async () => {
    const { begun, task, end } = tasks();
    const slots = new Slots(1);
    const controller = new AbortController();
    const first = slots.run(task(1), calm);
    const second = slots.run(task(2), controller.signal);
    const third = slots.run(task(3), calm);
    await turnOver();
    end(1);
    // Runs after the first task has handed over its slot, and before the second one goes on.
    queueMicrotask(() => controller.abort("enough"));
    await expect(second).rejects.toBe("enough");
    expect(await first).toBe(1);
    await turnOver();
    expect(begun).toEqual([1, 3]);
    end(3);
    expect(await third).toBe(3);
  });

  it("refuses a task whose signal has aborted", async () => {
    const { begun, task } = tasks();
    await expect(new Slots(1).run(task(1), AbortSignal.abort("before"))).rejects.toBe("before");
    expect(begun).toEqual([]);
  });
});
