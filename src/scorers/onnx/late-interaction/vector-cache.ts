import type { TokenVectors } from "../../../inference/protocol.js";

/** Estimated bytes of an entry besides its vectors and text: objects and the map's slot. */
const OVERHEAD = 300;

/**
 * Document vectors by text, limited in bytes. The least recently used are removed first.
 *
 * The text itself is the key: it takes a few percent of the size of its vectors, needs no hash, and cannot collide.
 */
export class VectorCache {
  readonly #maxBytes: number;
  /** Least recently used first. */
  readonly #entries = new Map<string, TokenVectors>();
  #bytes = 0;

  /** @param maxBytes Maximum size of vectors, texts and overhead together. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes in use. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Number of texts. */
  get size(): number {
    return this.#entries.size;
  }

  /** Unlike {@link get}, does not count as a use. */
  has(text: string): boolean {
    return this.#entries.has(text);
  }

  get(text: string): TokenVectors | undefined {
    const found = this.#entries.get(text);
    if (!found) return undefined;
    this.#entries.delete(text);
    this.#entries.set(text, found);
    return found;
  }

  /** Adds vectors, unless they alone exceed the limit. */
  set(text: string, vectors: TokenVectors): void {
    this.#delete(text);
    const bytes = bytesOf(text, vectors);
    if (bytes > this.#maxBytes) return;
    this.#entries.set(text, vectors);
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#delete(oldest);
    }
  }

  #delete(text: string): void {
    const found = this.#entries.get(text);
    if (!found) return;
    this.#entries.delete(text);
    this.#bytes -= bytesOf(text, found);
  }
}

function bytesOf(text: string, { passages }: TokenVectors): number {
  // Engines store a string of Latin-1 characters with one byte per character, and every other string with two.
  const perCharacter = /[^\0-\xff]/.test(text) ? 2 : 1;
  return passages.reduce(
    (sum, { values, pooled }) => sum + values.byteLength + (pooled?.byteLength ?? 0),
    OVERHEAD + perCharacter * text.length,
  );
}
