import { describe, expect, it } from "vitest";
import { Heap } from "../../src/apps/server/heap.js";
import { WorkQueue } from "../../src/apps/server/work-queue.js";
import { seededRandom } from "../../src/evaluation/significance/random.js";

interface PlainEntry {
  name: string;
  turns: { name: string; texts: number }[];
  virtual: number;
  running: number;
  started: boolean;
}

/** The definition of the order, as a scan over all open requests: what {@link WorkQueue} must do without one. */
class PlainQueue {
  readonly started: string[] = [];
  readonly entries: PlainEntry[] = [];
  virtual = 0;
  running = 0;
  readonly slots: number;

  constructor(slots: number) {
    this.slots = slots;
  }

  open(name: string): PlainEntry {
    const entry = { name, turns: [], virtual: this.virtual, running: 0, started: false };
    this.entries.push(entry);
    return entry;
  }

  next(): void {
    while (this.running < this.slots) {
      const able = this.entries.filter(
        ({ turns, running }) => turns.length > 0 && running < Math.max(1, this.slots - 1),
      );
      const [entry] = able.sort((a, b) => a.virtual - b.virtual || Number(a.started) - Number(b.started));
      if (!entry) return;
      const { name, texts } = entry.turns.shift()!;
      this.virtual = Math.max(this.virtual, entry.virtual) + texts / this.entries.length;
      entry.virtual += texts;
      entry.started = true;
      entry.running++;
      this.running++;
      this.started.push(name);
    }
  }

  end(entry: PlainEntry): void {
    entry.running--;
    this.running--;
    this.next();
  }
}

/** A request in both queues. */
interface Both {
  plain: PlainEntry;
  ticket: ReturnType<WorkQueue["open"]>;
  leaving: AbortController;
}

describe("the order of WorkQueue", () => {
  it.each([
    [1, 1],
    [2, 2],
    [3, 3],
    [5, 4],
  ])("with %i slots is that of its definition, whatever comes, leaves and ends (seed %i)", async (slots, seed) => {
    const random32 = seededRandom(seed);
    const random = () => random32() / 2 ** 32;
    const below = (count: number) => Math.floor(random() * count);
    const plain = new PlainQueue(slots);
    const queue = new WorkQueue(slots, 1_000_000);
    const started: string[] = [];
    const running = new Map<string, { request: Both; end: () => void }>();
    const requests: Both[] = [];
    let names = 0;

    const open = () => {
      const leaving = new AbortController();
      const ticket = queue.open(1000, Number.POSITIVE_INFINITY, leaving.signal);
      requests.push({ plain: plain.open(`r${names++}`), ticket, leaving });
    };
    const addTurn = (request: Both) => {
      const name = `t${names++}`;
      const texts = 1 + below(20);
      const task = () =>
        new Promise<void>((end) => {
          started.push(name);
          running.set(name, { request, end });
        });
      // Its rejection is that of an aborted request.
      request.ticket.turn(texts, task).catch(() => {});
      request.plain.turns.push({ name, texts });
      plain.next();
    };
    const endOne = async () => {
      const [name, { request, end }] = [...running][below(running.size)]!;
      running.delete(name);
      end();
      await new Promise((resolve) => setImmediate(resolve));
      plain.end(request.plain);
    };
    const leave = (request: Both) => {
      requests.splice(requests.indexOf(request), 1);
      request.leaving.abort();
      request.ticket.close();
      request.plain.turns.length = 0;
      plain.entries.splice(plain.entries.indexOf(request.plain), 1);
      plain.next();
    };

    for (let step = 0; step < 1500; step++) {
      const chance = random();
      const request = requests[below(requests.length)];
      if (!request || chance < 0.15) open();
      else if (chance < 0.6) addTurn(request);
      else if (chance < 0.92 && running.size > 0) await endOne();
      else if (chance > 0.96) leave(request);
      expect(started).toEqual(plain.started);
    }
    expect(started.length).toBeGreaterThan(300);
    expect(queue.running + queue.waiting).toBe(requests.length);
  });
});

describe("Heap", () => {
  it("gives numbers in ascending order, also while others are added", () => {
    const random32 = seededRandom(7);
    const random = () => random32() / 2 ** 32;
    const heap = new Heap<number>((a, b) => a < b);
    const rest: number[] = [];
    for (let step = 0; step < 5000; step++) {
      if (random() < 0.55) {
        const number = Math.floor(random() * 100);
        heap.push(number);
        rest.push(number);
      } else {
        rest.sort((a, b) => a - b);
        expect(heap.pop()).toBe(rest.shift());
      }
    }
    rest.sort((a, b) => a - b);
    for (const number of rest) expect(heap.pop()).toBe(number);
    expect(heap.pop()).toBeUndefined();
  });
});
