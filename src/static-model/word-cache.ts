/** Slots of the table: a power of two, twice the maximum number of words. */
const SLOTS = 1 << 17;
const MAX_WORDS = SLOTS / 2;

/** Extends the hash of a word by one character. */
export function hashStep(hash: number, code: number): number {
  return (Math.imul(hash, 31) + code) | 0;
}

/**
 * Values of words, found by their position in a text. A `Map` would need a string for every word of the text, which costs more than all other
 * work on it.
 */
export class WordCache<Value> {
  readonly #slots = new Int32Array(SLOTS);
  readonly #hashes = new Int32Array(MAX_WORDS + 1);
  #words: string[] = [""];
  #values: (Value | undefined)[] = [undefined];

  /** The value of `text[start, end)`, whose {@link hashStep} hash is `hash`. The first time, `make` computes it. */
  get(text: string, start: number, end: number, hash: number, make: (word: string) => Value): Value {
    let slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    for (let entry = this.#slots[slot]!; entry !== 0; entry = this.#slots[slot]!) {
      if (this.#hashes[entry] === hash && equalsAt(this.#words[entry]!, text, start, end)) return this.#values[entry]!;
      slot = (slot + 1) & (SLOTS - 1);
    }
    const word = text.slice(start, end);
    const value = make(word);
    if (this.#words.length > MAX_WORDS) return this.#startOver(word, hash, value);
    this.#slots[slot] = this.#add(word, hash, value);
    return value;
  }

  #add(word: string, hash: number, value: Value): number {
    const entry = this.#words.length;
    this.#hashes[entry] = hash;
    this.#words.push(word);
    this.#values.push(value);
    return entry;
  }

  #startOver(word: string, hash: number, value: Value): Value {
    this.#slots.fill(0);
    this.#words = [""];
    this.#values = [undefined];
    this.#slots[(hash ^ (hash >>> 15)) & (SLOTS - 1)] = this.#add(word, hash, value);
    return value;
  }
}

/** Whether `text[start, end)` is `word`. */
export function equalsAt(word: string, text: string, start: number, end: number): boolean {
  if (word.length !== end - start) return false;
  for (let i = 0; i < word.length; i++) if (word.charCodeAt(i) !== text.charCodeAt(start + i)) return false;
  return true;
}
