import type { TokenVectors } from "../../../inference/protocol.js";

interface Encoding {
  /** Undefined: whoever encoded it gave up. */
  readonly vectors: Promise<TokenVectors | undefined>;
  readonly settle: (vectors: TokenVectors | undefined) => void;
}

/** The texts that calls are encoding now, so that others that need the same ones wait instead of encoding them again. */
export class UnderWay {
  readonly #encodings = new Map<string, Encoding>();

  /**
   * The vectors of a text that another call encodes, as soon as they are there. Undefined where none does: then it is the caller's to encode,
   * and to {@link settle} however that ends.
   */
  claim(text: string): Promise<TokenVectors | undefined> | undefined {
    const found = this.#encodings.get(text);
    if (found) return found.vectors;
    let settle: Encoding["settle"];
    const vectors = new Promise<TokenVectors | undefined>((resolve) => {
      settle = resolve;
    });
    this.#encodings.set(text, { vectors, settle: settle! });
    return undefined;
  }

  /** Tells those who wait what became of a claimed text; nothing where that has been told. */
  settle(text: string, vectors?: TokenVectors): void {
    this.#encodings.get(text)?.settle(vectors);
    this.#encodings.delete(text);
  }
}
