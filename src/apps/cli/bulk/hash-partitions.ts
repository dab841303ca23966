import { closeSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { type Entry, hashOf, homeSlot, SLOT, writeEntry } from "./hash-table.js";

/** Slots of a hash table that belong to one partition: 295 kB, which is held in memory while the partition is worked through. */
export const PARTITION_SLOTS = 2 ** 14;

/** Bytes of all buffers, and the most of one. */
const BUFFERS = 2 ** 19;
const LARGEST_CHUNK = 2 ** 15;

/** Bytes at the start of a chunk: the number of the partition's next chunk. */
const NEXT = 6;

/**
 * Entries for a {@link HashTable}, or to be looked up in one, put into the order of its parts on disk, because one by one they would need
 * an access to the disk each. Memory does not grow with their number.
 *
 * Each partition is a list of chunks in the file. Its last chunk is in memory, and its position in the file is known from the start.
 */
export class HashPartitions {
  readonly #path: string;
  readonly #file: number;
  readonly #capacity: number;
  readonly #chunkBytes: number;
  readonly #buffers: Buffer;
  /** Bytes of each partition's last chunk that are in use. */
  readonly #filled: Uint32Array;
  /** Number of each partition's last chunk. The number of its first is its own. */
  readonly #last: Float64Array;
  #chunks: number;

  /**
   * @param path A file for the entries; an old one is overwritten.
   * @param capacity Slots of the table.
   */
  constructor(path: string, capacity: number) {
    this.#path = path;
    this.#file = openSync(path, "w+");
    this.#capacity = capacity;
    const count = Math.ceil(capacity / PARTITION_SLOTS);
    const entries = Math.max(1, Math.floor((Math.min(BUFFERS / count, LARGEST_CHUNK) - NEXT) / SLOT));
    this.#chunkBytes = NEXT + entries * SLOT;
    this.#buffers = Buffer.alloc(count * this.#chunkBytes);
    this.#filled = new Uint32Array(count).fill(NEXT);
    this.#last = Float64Array.from({ length: count }, (_, index) => index);
    this.#chunks = count;
  }

  /** Adds an entry. */
  add(id: string, entry: Entry): void {
    const hash = hashOf(id);
    const partition = Math.floor(homeSlot(hash, this.#capacity) / PARTITION_SLOTS);
    const start = partition * this.#chunkBytes;
    writeEntry(this.#buffers, start + this.#filled[partition]!, hash, entry);
    this.#filled[partition]! += SLOT;
    if (this.#filled[partition] === this.#chunkBytes) this.#write(partition, start);
  }

  /** The entries, partition by partition; those of a partition in the order in which they were added. Each is valid until the next. */
  async *entries(signal: AbortSignal): AsyncGenerator<Iterable<Buffer>> {
    for (let partition = 0; partition < this.#last.length; partition++) {
      // Lets an interruption through.
      await setImmediate();
      signal.throwIfAborted();
      yield this.#entriesOf(partition);
    }
  }

  close(): void {
    closeSync(this.#file);
    rmSync(this.#path);
  }

  #write(partition: number, start: number): void {
    const next = this.#chunks++;
    this.#buffers.writeUIntLE(next, start, NEXT);
    writeSync(this.#file, this.#buffers, start, this.#chunkBytes, this.#last[partition]! * this.#chunkBytes);
    this.#last[partition] = next;
    this.#filled[partition] = NEXT;
  }

  *#entriesOf(partition: number): Generator<Buffer> {
    const chunk = Buffer.alloc(this.#chunkBytes);
    for (let number = partition; number !== this.#last[partition]; number = chunk.readUIntLE(0, NEXT)) {
      readSync(this.#file, chunk, 0, chunk.length, number * chunk.length);
      yield* entriesIn(chunk);
    }
    const start = partition * this.#chunkBytes;
    yield* entriesIn(this.#buffers.subarray(start, start + this.#filled[partition]!));
  }
}

function* entriesIn(chunk: Buffer): Generator<Buffer> {
  for (let at = NEXT; at < chunk.length; at += SLOT) yield chunk.subarray(at, at + SLOT);
}
