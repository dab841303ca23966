/**
 * The character map that SentencePiece compiles into its models (`nmt_nfkc` and others): a double-array trie over UTF-8 bytes whose values
 * are places in a block of replacements, each ended by a zero byte. Layout as in Darts-clone and `spm_precompiled`.
 */
export class Charsmap {
  readonly #trie: Uint32Array;
  readonly #replacements: Uint8Array;
  readonly #seen = new Map<string, string | undefined>();

  /** @param base64 `precompiled_charsmap` of a `tokenizer.json`. */
  constructor(base64: string) {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    const view = new DataView(bytes.buffer);
    const size = view.getUint32(0, true);
    this.#trie = Uint32Array.from({ length: size / 4 }, (_, index) => view.getUint32(4 + index * 4, true));
    this.#replacements = bytes.subarray(4 + size);
  }

  /** What the map replaces the start of a text by, if it does; the whole text counts as replaced. */
  replacement(text: string): string | undefined {
    if (this.#seen.has(text)) return this.#seen.get(text);
    const found = this.#find(encoder.encode(text));
    if (this.#seen.size < MOST_SEEN) this.#seen.set(text, found);
    return found;
  }

  /** The shortest entry that the bytes begin with: what the reference takes, though longer ones may follow. */
  #find(bytes: Uint8Array): string | undefined {
    let unit = this.#trie[0]!;
    let place = offsetOf(unit);
    for (const byte of bytes) {
      if (byte === 0) return undefined;
      place ^= byte;
      unit = this.#trie[place] ?? 0;
      if ((unit & 0x800000ff) >>> 0 !== byte) return undefined;
      place ^= offsetOf(unit);
      if ((unit >>> 8) & 1) return this.#read(this.#trie[place]! & 0x7fffffff);
    }
    return undefined;
  }

  #read(start: number): string {
    return decoder.decode(this.#replacements.subarray(start, this.#replacements.indexOf(0, start)));
  }
}

/** Texts whose replacement is kept. The map is asked for single characters, which repeat. */
const MOST_SEEN = 20_000;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function offsetOf(unit: number): number {
  return ((unit >>> 10) << ((unit & 0x200) >>> 6)) >>> 0;
}
