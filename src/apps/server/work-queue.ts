import { onAbort } from "../../abort.js";
import { Heap } from "./heap.js";
import { HttpError } from "./http-error.js";

/** Weight of the newest turn in the running mean of seconds per text. */
const NEWEST = 0.1;

/** A request's right to take turns. */
export interface Ticket {
  /**
   * Runs a task when it is this request's turn. A request may ask for many turns at once.
   *
   * @param texts How many texts the task works on.
   * @returns What the task returns; the turn ends when the task has settled.
   * @throws The reason of the request's signal when it aborts before the turn comes.
   */
  turn<T>(texts: number, task: () => Promise<T>): Promise<T>;
  /** Must be called when the request has ended. */
  close(): void;
}

interface Turn {
  texts: number;
  start: () => void;
}

interface Entry {
  /** Position among all requests so far. */
  readonly number: number;
  readonly opened: number;
  /** Turns that wait. */
  readonly turns: Turn[];
  /** Texts that no turn has started on. */
  waitingTexts: number;
  running: number;
  started: boolean;
  /** Virtual time of its next turn; see {@link WorkQueue}. */
  virtual: number;
  /** Whether it is in the heap of those that may be next. Its virtual time and `started` change only while it is not. */
  queued: boolean;
}

/**
 * Shares a number of slots among requests, so that a large request that is cut into parts does not keep small ones waiting. It leaves one
 * slot free for them while there is more than one.
 *
 * The order is that of weighted fair queueing: each request has a virtual time that grows with the texts it has been given; the smallest goes
 * next. A new request starts at the queue's virtual time, which grows with the texts given divided by the number of requests, so that no
 * stream of new requests can hold up an old one for good.
 */
export class WorkQueue {
  readonly #slots: number;
  readonly #maxTexts: number;
  readonly #onStart: (secondsWaited: number) => void;
  readonly #entries = new Set<Entry>();
  /** Requests that have not begun, oldest first. */
  readonly #unstarted = new Set<Entry>();
  /** Holds every request that may be given a turn. One that no longer may stays until it comes up. */
  readonly #candidates = new Heap<Entry>(comesBefore);
  #opened = 0;
  #virtual = 0;
  #running = 0;
  #waitingTexts = 0;
  #secondsPerText: number | undefined;

  /**
   * @param slots Turns that run at a time.
   * @param maxTexts Texts that may wait.
   * @param onStart Receives how long each request waited for its first turn.
   */
  constructor(slots: number, maxTexts: number, onStart: (secondsWaited: number) => void = () => {}) {
    this.#slots = slots;
    this.#maxTexts = maxTexts;
    this.#onStart = onStart;
  }

  /** Requests that have begun. */
  get running(): number {
    return this.#entries.size - this.#unstarted.size;
  }

  /** Requests that have not begun. */
  get waiting(): number {
    return this.#unstarted.size;
  }

  /** Texts that no turn has started on. */
  get waitingTexts(): number {
    return this.#waitingTexts;
  }

  /** How long the request that has waited longest has waited for its first turn, in seconds. */
  get longestWait(): number {
    for (const { opened } of this.#unstarted) return (performance.now() - opened) / 1000;
    return 0;
  }

  /**
   * Admits a request.
   *
   * @param remaining Milliseconds within which the client wants its answer.
   * @throws HttpError 429 when too many texts wait already, 503 when the texts ahead will take longer than the client wants to wait.
   */
  open(texts: number, remaining: number, signal: AbortSignal): Ticket {
    const busy = this.#running >= this.#slots || this.waitingTexts > 0;
    if (busy) this.#refuseIfFull(texts);
    if (busy) this.#refuseIfLate(texts, remaining);
    const entry: Entry = {
      number: this.#opened++,
      opened: performance.now(),
      turns: [],
      waitingTexts: texts,
      running: 0,
      started: false,
      virtual: this.#virtual,
      queued: false,
    };
    this.#entries.add(entry);
    this.#unstarted.add(entry);
    this.#waitingTexts += texts;
    return {
      turn: (size, task) => this.#turn(entry, size, task, signal),
      close: () => {
        if (this.#entries.delete(entry)) this.#waitingTexts -= entry.waitingTexts;
        this.#unstarted.delete(entry);
        this.#next();
      },
    };
  }

  /** Texts of an entry wait no longer. */
  #take(entry: Entry, texts: number): void {
    entry.waitingTexts -= texts;
    if (this.#entries.has(entry)) this.#waitingTexts -= texts;
  }

  #refuseIfFull(texts: number): void {
    const waiting = this.waitingTexts;
    if (waiting + texts <= this.#maxTexts) return;
    const message = `${waiting} texts are waiting already, and at most ${this.#maxTexts} may; try again later`;
    throw new HttpError(429, "queue_full", message, { retryAfter: wholeSeconds(this.#secondsFor(waiting)) });
  }

  #refuseIfLate(texts: number, remaining: number): void {
    // No more than all waiting texts can be ahead, so there is usually no need to look at each request.
    if (this.#secondsFor(this.#waitingTexts) * 1000 <= remaining) return;
    // Turns alternate, so no request ahead gets many more texts done than this one before this one has finished.
    let ahead = 0;
    for (const { waitingTexts } of this.#entries) ahead += Math.min(waitingTexts, texts);
    const wait = this.#secondsFor(ahead);
    if (wait * 1000 <= remaining) return;
    const message = `the texts ahead take about ${wait.toFixed(1)} s, longer than the ${Math.ceil(remaining)} ms that are left; try again later`;
    throw new HttpError(503, "too_busy", message, { retryAfter: wholeSeconds(wait) });
  }

  #secondsFor(texts: number): number {
    return (texts * (this.#secondsPerText ?? 0)) / this.#slots;
  }

  #turn<T>(entry: Entry, texts: number, task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const turn: Turn = {
        texts,
        start: () => {
          stopListening();
          this.#run(entry, texts, task).then(resolve, reject);
        },
      };
      const stopListening = onAbort(signal, () => {
        const index = entry.turns.indexOf(turn);
        if (index >= 0) entry.turns.splice(index, 1);
        this.#take(entry, texts);
        reject(signal.reason);
      });
      if (signal.aborted) return;
      entry.turns.push(turn);
      this.#enqueue(entry);
      this.#next();
    });
  }

  async #run<T>(entry: Entry, texts: number, task: () => Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      const result = await task();
      const seconds = (performance.now() - started) / 1000 / Math.max(1, texts);
      this.#secondsPerText = (this.#secondsPerText ?? seconds) * (1 - NEWEST) + seconds * NEWEST;
      return result;
    } finally {
      this.#running--;
      entry.running--;
      this.#enqueue(entry);
      this.#next();
    }
  }

  /** Starts turns while slots are free. */
  #next(): void {
    while (this.#running < this.#slots) {
      const entry = this.#choose();
      if (!entry) return;
      const turn = entry.turns.shift()!;
      this.#virtual = Math.max(this.#virtual, entry.virtual) + turn.texts / this.#entries.size;
      entry.virtual += turn.texts;
      this.#running++;
      entry.running++;
      this.#take(entry, turn.texts);
      if (this.#unstarted.delete(entry)) this.#onStart((performance.now() - entry.opened) / 1000);
      entry.started = true;
      this.#enqueue(entry);
      turn.start();
    }
  }

  #choose(): Entry | undefined {
    for (let entry = this.#candidates.pop(); entry; entry = this.#candidates.pop()) {
      entry.queued = false;
      if (this.#mayTakeTurn(entry)) return entry;
    }
    return undefined;
  }

  #enqueue(entry: Entry): void {
    if (entry.queued || !this.#mayTakeTurn(entry)) return;
    entry.queued = true;
    this.#candidates.push(entry);
  }

  #mayTakeTurn(entry: Entry): boolean {
    return entry.turns.length > 0 && entry.running < Math.max(1, this.#slots - 1) && this.#entries.has(entry);
  }
}

/** Among equals, one that has not begun, then the oldest. */
function comesBefore(a: Entry, b: Entry): boolean {
  return (a.virtual - b.virtual || Number(a.started) - Number(b.started) || a.number - b.number) < 0;
}

function wholeSeconds(seconds: number): number {
  return Math.max(1, Math.ceil(seconds));
}
