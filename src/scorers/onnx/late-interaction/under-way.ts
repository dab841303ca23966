import type { TokenVectors } from "../../../inference/protocol.js";

interface Encoding {
  /** Resolves to undefined if the call that encodes the text gives up. */
  readonly vectors: Promise<TokenVectors | undefined>;
  readonly settle: (vectors: TokenVectors | undefined) => void;
}

/** The texts that are being encoded, so that other calls wait for them instead of encoding them again. */
export class UnderWay {
  readonly #encodings = new Map<string, Encoding>();

  /**
   * A promise of a text's vectors if another call is encoding it. Undefined otherwise: the caller then has to encode the text, and to call
   * {@link settle} however that ends.
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

  /** Passes the vectors of a claimed text, or undefined, to the calls that wait. Does nothing the second time. */
  settle(text: string, vectors?: TokenVectors): void {
    this.#encodings.get(text)?.settle(vectors);
    this.#encodings.delete(text);
  }
}
