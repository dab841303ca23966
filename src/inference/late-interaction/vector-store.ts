import type { TokenVectors } from "../protocol.js";

/** Where vectors outlive the process. A fault of it costs time, never a score: what cannot be read is computed. */
export interface VectorStore {
  /** `"damaged"`: there is something, and it is not what was written. */
  read(text: string): Promise<TokenVectors | "damaged" | undefined>;
  /** Returns at once; a failure shows in `failure`. */
  write(text: string, vectors: TokenVectors): void;
  /** Resolves when everything has been written. */
  settle(): Promise<void>;
  /** The last thing that went wrong. */
  readonly failure: Error | undefined;
}
