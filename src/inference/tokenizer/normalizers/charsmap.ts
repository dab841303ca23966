/**
 * The character map that SentencePiece compiles into its models (`nmt_nfkc` and others): a double-array trie over UTF-8 bytes. Its values
 * are offsets into a block of replacements, each of which ends with a zero byte. The layout is that of Darts-clone and `spm_precompiled`.
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

  /** The replacement for the beginning of a text, if the map has one; it replaces the whole text. */
  replacement(text: string): string | undefined {
    if (this.#seen.has(text)) return this.#seen.get(text);
    const found = this.#find(encoder.encode(text));
    if (this.#seen.size < MAX_SEEN) this.#seen.set(text, found);
    return found;
  }

  /** The shortest entry that the bytes begin with, which is what the reference takes even if a longer one follows. */
  #find(bytes: Uint8Array): string | undefined {
    let unit = this.#trie[0]!;
    let index = offsetOf(unit);
    for (const byte of bytes) {
      if (byte === 0) return undefined;
      index ^= byte;
      unit = this.#trie[index] ?? 0;
      if ((unit & 0x800000ff) >>> 0 !== byte) return undefined;
      index ^= offsetOf(unit);
      if ((unit >>> 8) & 1) return this.#read(this.#trie[index]! & 0x7fffffff);
    }
    return undefined;
  }

  #read(start: number): string {
    return decoder.decode(this.#replacements.subarray(start, this.#replacements.indexOf(0, start)));
  }
}

/** Maximum number of cached lookups. Most are of single characters, which repeat. */
const MAX_SEEN = 20_000;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function offsetOf(unit: number): number {
  return ((unit >>> 10) << ((unit & 0x200) >>> 6)) >>> 0;
}
