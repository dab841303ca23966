/** Slots of the table; a power of two, twice the words it holds at most. */
const SLOTS = 1 << 17;
const MOST_WORDS = SLOTS / 2;

/** Hash of a word so far, taken on by one more character. */
export function hashStep(hash: number, code: number): number {
  return (Math.imul(hash, 31) + code) | 0;
}

/**
 * What is known of words, found from where they stand in a text. A `Map` would need every word cut out of the text first, which costs
 * more than all the rest of the work.
 */
export class WordCache<Value> {
  readonly #slots = new Int32Array(SLOTS);
  readonly #hashes = new Int32Array(MOST_WORDS + 1);
  #words: string[] = [""];
  #values: (Value | undefined)[] = [undefined];

  /** The value of `text[start, end)`, whose {@link hashStep} hash is `hash`; `make` gives it the first time. */
  get(text: string, start: number, end: number, hash: number, make: (word: string) => Value): Value {
    let slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    for (let entry = this.#slots[slot]!; entry !== 0; entry = this.#slots[slot]!) {
      if (this.#hashes[entry] === hash && standsAt(this.#words[entry]!, text, start, end)) return this.#values[entry]!;
      slot = (slot + 1) & (SLOTS - 1);
    }
    const word = text.slice(start, end);
    const value = make(word);
    if (this.#words.length > MOST_WORDS) return this.#startAnew(word, hash, value);
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

  #startAnew(word: string, hash: number, value: Value): Value {
    this.#slots.fill(0);
    this.#words = [""];
    this.#values = [undefined];
    this.#slots[(hash ^ (hash >>> 15)) & (SLOTS - 1)] = this.#add(word, hash, value);
    return value;
  }
}

function standsAt(word: string, text: string, start: number, end: number): boolean {
  if (word.length !== end - start) return false;
  for (let i = 0; i < word.length; i++) if (word.charCodeAt(i) !== text.charCodeAt(start + i)) return false;
  return true;
}
