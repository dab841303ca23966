import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";

/** Bytes of a slot: 8 of the hash, 6 of the offset plus 1 (0 marks a free slot), 4 of the length. */
export const SLOT = 18;

/** The part of a file that a slot stands for. */
export interface Entry {
  offset: number;
  length: number;
}

/** A slot that was looked for. */
export interface Slot extends Entry {
  /** Below {@link HashTable.capacity}. */
  number: number;
  /** The slot holds an entry with the hash. Otherwise it is free, and there is no such entry. */
  used: boolean;
}

/**
 * A hash table on disk (open addressing) of parts of a file. One block of it is in memory: a block is read and written at once, so that
 * entries in the order of {@link homeSlot} need few accesses to the disk, however large the table is.
 */
export class HashTable {
  /** Number of slots, a power of two. */
  readonly capacity: number;
  readonly #file: number;
  readonly #block: Buffer;
  readonly #blockSlots: number;
  /** Number of the first slot in memory. */
  #start = -1;
  #changed = false;

  /** @param blockSlots Slots of the block in memory, a power of two. */
  constructor(path: string, blockSlots: number, mode: "r" | "r+" = "r") {
    this.#file = openSync(path, mode);
    this.capacity = fstatSync(this.#file).size / SLOT;
    this.#blockSlots = Math.min(blockSlots, this.capacity);
    this.#block = Buffer.alloc(this.#blockSlots * SLOT);
  }

  /** Writes an empty table for so many entries: at most two thirds of its slots will be used. */
  static create(path: string, entries: number): void {
    const file = openSync(path, "w");
    ftruncateSync(file, SLOT * 2 ** Math.ceil(Math.log2(2 + entries * 1.5)));
    closeSync(file);
  }

  /** The next slot that is free or holds the hash, which is in the first 8 bytes of the buffer. */
  find(hash: Buffer, from = homeSlot(hash, this.capacity)): Slot {
    const low = hash.readUInt32LE(0);
    const high = hash.readUInt32LE(4);
    for (let number = from % this.capacity; ; number = (number + 1) % this.capacity) {
      const at = this.#load(number);
      const { offset, length } = readEntry(this.#block, at);
      const free = offset < 0;
      const used = !free && this.#block.readUInt32LE(at) === low && this.#block.readUInt32LE(at + 4) === high;
      if (free || used) return { number, used, offset, length };
    }
  }

  /** Fills a free slot. */
  put(number: number, entry: Buffer): void {
    entry.copy(this.#block, this.#load(number), 0, SLOT);
    this.#changed = true;
  }

  close(): void {
    this.#writeBlock();
    closeSync(this.#file);
  }

  /** Position of a slot in the block in memory. */
  #load(number: number): number {
    const within = number % this.#blockSlots;
    if (number - within !== this.#start) {
      this.#writeBlock();
      this.#start = number - within;
      readSync(this.#file, this.#block, 0, this.#block.length, this.#start * SLOT);
    }
    return within * SLOT;
  }

  #writeBlock(): void {
    if (this.#changed) writeSync(this.#file, this.#block, 0, this.#block.length, this.#start * SLOT);
    this.#changed = false;
  }
}

/** What is stored in a slot; the offset of a free one is -1. */
export function readEntry(slot: Buffer, at = 0): Entry {
  return { offset: slot.readUIntLE(at + 8, 6) - 1, length: slot.readUInt32LE(at + 14) };
}

/** Fills a slot. */
export function writeEntry(slot: Buffer, at: number, hash: Buffer, { offset, length }: Entry): void {
  hash.copy(slot, at);
  slot.writeUIntLE(offset + 1, at + 8, 6);
  slot.writeUInt32LE(length, at + 14);
}

/** The slot at which the search for a hash begins. */
export function homeSlot(hash: Buffer, capacity: number): number {
  return hash.readUIntLE(0, 6) % capacity;
}

const hash = Buffer.alloc(8);

/** A 64-bit hash (two mixed 32-bit lanes, as in cyrb53). The buffer is used again by the next call. */
export function hashOf(id: string): Buffer {
  let low = 0xdeadbeef;
  let high = 0x41c6ce57;
  for (let index = 0; index < id.length; index++) {
    const unit = id.charCodeAt(index);
    low = Math.imul(low ^ unit, 2654435761);
    high = Math.imul(high ^ unit, 1597334677);
  }
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  hash.writeUInt32LE(low >>> 0, 0);
  hash.writeUInt32LE(high >>> 0, 4);
  return hash;
}
