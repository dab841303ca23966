import type { TokenVectors } from "../protocol.js";

/** Storage that outlives the process. Its errors cost time but change no score: vectors that cannot be read are computed. */
export interface VectorStore {
  /** `"damaged"` if the stored bytes are not those that were written. */
  read(text: string): Promise<TokenVectors | "damaged" | undefined>;
  /** Returns at once. An error shows in `failure`. */
  write(text: string, vectors: TokenVectors): void;
  /** Resolves when everything has been written. */
  settle(): Promise<void>;
  /** The last error. */
  readonly failure: Error | undefined;
}
