const BUSY = 0;
const CLOSING = 1;

/**
 * Tells the main thread whether a worker is inside native code. A thread that is ended there takes the whole process with it
 * (`terminate called after throwing an instance of 'Napi::Error'`), so a process that exits waits for the current batch and lets no other
 * one start.
 */
export class NativeLatch {
  /** Shared memory, from which the other thread makes its own latch. */
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
      // This stores first and loads second, and `close` does the opposite, so that one of the two always sees the other.
      if (Atomics.load(this.#cells, CLOSING) === 1) throw new Error("the process is exiting.");
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

  /** Main thread, after {@link close}: blocks until the current work is done, or the time is up. */
  wait(milliseconds: number): void {
    Atomics.wait(this.#cells, BUSY, 1, milliseconds);
  }
}
