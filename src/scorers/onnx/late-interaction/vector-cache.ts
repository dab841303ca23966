import type { TokenVectors } from "../../../inference/protocol.js";

/** Bytes of an entry beyond its vectors and its text: objects, the map's slot. An estimate. */
const OVERHEAD = 300;

/**
 * Documents' token vectors, by text, bounded in bytes; what was used longest ago goes first.
 *
 * The text itself is the key: it is a few hundredths of its vectors' size, needs no hash, and two texts can never be mistaken for each other.
 */
export class VectorCache {
  readonly #maxBytes: number;
  /** In the order of use, last used last. */
  readonly #entries = new Map<string, TokenVectors>();
  #bytes = 0;

  /** @param maxBytes Vectors, texts and their overhead together. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes that are held now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Texts that are held now. */
  get size(): number {
    return this.#entries.size;
  }

  get(text: string): TokenVectors | undefined {
    const found = this.#entries.get(text);
    if (!found) return undefined;
    this.#entries.delete(text);
    this.#entries.set(text, found);
    return found;
  }

  /** Keeps vectors, unless they alone are larger than everything that may be held. */
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
  return passages.reduce(
    (sum, { values, pooled }) => sum + values.byteLength + (pooled?.byteLength ?? 0),
    OVERHEAD + 2 * text.length,
  );
}
