import { describe, expect, it } from "vitest";
import { HttpError } from "../../src/apps/server/http-error.js";
import { WorkQueue } from "../../src/apps/server/work-queue.js";

const never = new AbortController().signal;

/** Turns whose work ends when the test says so, by name. */
function gates() {
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const task = (name: string) => () =>
    new Promise<string>((resolve) => {
      started.push(name);
      ends.set(name, () => resolve(name));
    });
  /** Ends a turn and lets what follows from it happen. */
  const end = async (name: string) => {
    ends.get(name)!();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { started, task, end };
}

describe("WorkQueue", () => {
  it("gives a small request its turn between the chunks of a large one", async () => {
    const queue = new WorkQueue(1, 100);
    const { started, task, end } = gates();
    const large = queue.open(30, 1000, never);
    const chunks = ["large 1", "large 2", "large 3"].map((name) => large.turn(10, task(name)));
    const small = queue.open(2, 1000, never);
    const only = small.turn(2, task("small"));
    expect(started).toEqual(["large 1"]);
    await end("large 1");
    expect(started).toEqual(["large 1", "small"]);
    await end("small");
    expect(await only).toBe("small");
    small.close();
    await end("large 2");
    await end("large 3");
    expect(await Promise.all(chunks)).toEqual(["large 1", "large 2", "large 3"]);
  });

  it("lets requests take turns in the order in which they came", async () => {
    const queue = new WorkQueue(1, 100);
    const { started, task, end } = gates();
    for (const name of ["a", "b", "c"]) {
      const ticket = queue.open(2, 1000, never);
      void ticket.turn(1, task(`${name}1`));
      void ticket.turn(1, task(`${name}2`));
    }
    for (const name of ["a1", "b1", "c1", "a2", "b2"]) await end(name);
    expect(started).toEqual(["a1", "b1", "c1", "a2", "b2", "c2"]);
  });

  it("gives a large request its turns also while new small ones keep coming", async () => {
    const queue = new WorkQueue(1, 1000);
    const { started, task, end } = gates();
    const large = queue.open(30, 1000, never);
    for (const name of ["large 1", "large 2", "large 3"]) void large.turn(10, task(name));
    let turns = 0;
    while (!started.includes("large 3")) {
      expect(turns).toBeLessThan(100);
      const small = queue.open(2, 1000, never);
      void small.turn(2, task(`small ${turns}`)).then(() => small.close());
      await end(started[turns++]!);
    }
    expect(started.indexOf("large 2")).toBeGreaterThan(1);
  });

  it("leaves one slot free for others while one request could fill all", async () => {
    const queue = new WorkQueue(3, 100);
    const { started, task } = gates();
    const large = queue.open(4, 1000, never);
    for (const name of ["1", "2", "3", "4"]) void large.turn(1, task(name));
    expect(started).toEqual(["1", "2"]);
    void queue.open(1, 1000, never).turn(1, task("other"));
    expect(started).toEqual(["1", "2", "other"]);
  });

  it("counts waiting texts, and refuses with 429 and a time to wait when there are too many", async () => {
    const queue = new WorkQueue(1, 10);
    const { task, end } = gates();
    void queue.open(4, 1000, never).turn(4, task("running"));
    void queue.open(8, 1000, never).turn(8, task("waiting"));
    expect(queue).toMatchObject({ running: 1, waiting: 1, waitingTexts: 8 });
    expect(queue.longestWait).toBeGreaterThanOrEqual(0);
    expect(() => queue.open(3, 1000, never)).toThrow(HttpError);
    expect(() => queue.open(3, 1000, never)).toThrow(/8 texts are waiting already, and at most 10 may/);
    expect(() => queue.open(2, 1000, never)).not.toThrow();
    await end("running");
    expect(queue.waitingTexts).toBe(2);
  });

  it("takes a request that is larger than the queue while nothing waits", () => {
    expect(() => new WorkQueue(1, 0).open(50, 1000, never)).not.toThrow();
  });

  it("sheds a request whose deadline would pass before its turn, and only while others wait", async () => {
    const queue = new WorkQueue(1, 1000);
    const slow = queue.open(1, 1000, never);
    await slow.turn(1, () => new Promise((resolve) => setTimeout(resolve, 20)));
    slow.close();
    // A text takes at least 20 ms now, so 100 texts take seconds.
    expect(() => queue.open(100, 1, never).close()).not.toThrow();
    const { task } = gates();
    const ahead = queue.open(100, 100_000, never);
    void ahead.turn(50, task("first half"));
    void ahead.turn(50, task("second half"));
    const late = () => queue.open(50, 100, never);
    expect(late).toThrow(/longer than the 100 ms that are left/);
    expect(late).toThrow(expect.objectContaining({ status: 503, code: "too_busy" }));
    expect(() => queue.open(50, 1_000_000, never)).not.toThrow();
  });

  it("drops the turns of a request that is aborted while it waits", async () => {
    const queue = new WorkQueue(1, 100);
    const { started, task, end } = gates();
    void queue.open(1, 1000, never).turn(1, task("running"));
    const leaving = new AbortController();
    const ticket = queue.open(2, 1000, leaving.signal);
    const turns = [ticket.turn(1, task("left 1")), ticket.turn(1, task("left 2"))];
    leaving.abort(new Error("gone"));
    for (const turn of turns) await expect(turn).rejects.toThrow("gone");
    ticket.close();
    expect(queue.waitingTexts).toBe(0);
    await end("running");
    expect(started).toEqual(["running"]);
  });

  it("goes on after a turn that fails", async () => {
    const queue = new WorkQueue(1, 100);
    const failing = queue.open(1, 1000, never).turn(1, () => Promise.reject(new Error("broken")));
    const next = queue.open(1, 1000, never).turn(1, async () => "fine");
    await expect(failing).rejects.toThrow("broken");
    expect(await next).toBe("fine");
  });
});
