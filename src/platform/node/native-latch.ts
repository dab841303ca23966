const BUSY = 0;
const CLOSING = 1;

/**
 * Says across threads whether a worker is inside native code. A thread that is ended there takes the whole process down with it
 * (`terminate called after throwing an instance of 'Napi::Error'`), so a process that exits waits for the batch that runs, and no further
 * one starts.
 */
export class NativeLatch {
  /** What the other thread makes its own latch of. */
  readonly memory: SharedArrayBuffer;
  readonly #cells: Int32Array;

  constructor(memory = new SharedArrayBuffer(8)) {
    this.memory = memory;
    this.#cells = new Int32Array(memory);
  }

  /** Worker: runs native work, unless the process is exiting. */
  async guard<T>(work: () => Promise<T>): Promise<T> {
    Atomics.store(this.#cells, BUSY, 1);
    try {
      // Stored first, looked up second, and the other way round in `close`: one of the two always sees the other.
      if (Atomics.load(this.#cells, CLOSING) === 1) throw new Error("The process is exiting.");
      return await work();
    } finally {
      Atomics.store(this.#cells, BUSY, 0);
      Atomics.notify(this.#cells, BUSY);
    }
  }

  /** Main thread: lets no more work start. */
  close(): void {
    Atomics.store(this.#cells, CLOSING, 1);
  }

  /** Main thread, after {@link close}: blocks until the work that runs is over, for so many milliseconds at most. */
  wait(milliseconds: number): void {
    Atomics.wait(this.#cells, BUSY, 1, milliseconds);
  }
}
