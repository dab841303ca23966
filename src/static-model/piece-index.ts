import { equalsAt, hashStep } from "./word-cache.js";

/** Rows of pieces, found by their position in a word. A `Map` would need a string for every candidate, and most candidates are not pieces. */
export class PieceIndex {
  readonly #mask: number;
  /** Entries, from 1; 0 is empty. */
  readonly #slots: Int32Array;
  readonly #hashes: Int32Array;
  readonly #pieces: string[] = [""];
  readonly #rows: Int32Array;

  constructor(pieces: readonly (readonly [piece: string, row: number])[]) {
    const size = 2 ** Math.ceil(Math.log2(2 * pieces.length + 2));
    this.#mask = size - 1;
    this.#slots = new Int32Array(size);
    this.#hashes = new Int32Array(pieces.length + 1);
    this.#rows = new Int32Array(pieces.length + 1);
    for (const [piece, row] of pieces) {
      let hash = 0;
      for (let i = 0; i < piece.length; i++) hash = hashStep(hash, piece.charCodeAt(i));
      const entry = this.#pieces.length;
      this.#pieces.push(piece);
      this.#hashes[entry] = hash;
      this.#rows[entry] = row;
      let slot = this.#slotOf(hash);
      while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
      this.#slots[slot] = entry;
    }
  }

  /** The row of `word[start, end)`, whose {@link hashStep} hash is `hash`. −1 if it is not a piece. */
  find(word: string, start: number, end: number, hash: number): number {
    let slot = this.#slotOf(hash);
    for (let entry = this.#slots[slot]!; entry !== 0; entry = this.#slots[slot]!) {
      if (this.#hashes[entry] === hash && equalsAt(this.#pieces[entry]!, word, start, end)) return this.#rows[entry]!;
      slot = (slot + 1) & this.#mask;
    }
    return -1;
  }

  #slotOf(hash: number): number {
    return (hash ^ (hash >>> 15)) & this.#mask;
  }
}
