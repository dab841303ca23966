/** Keeps what was computed, by a key that {@link hashKey} made. Values are plain JSON. */
export interface ScoreCache {
  /** The value of a key, or undefined. */
  get(key: string): Promise<unknown> | unknown;
  /** Resolves when the value would survive the end of the process. */
  set(key: string, value: unknown): Promise<void> | void;
  /** Frees what the cache holds open. */
  close?(): Promise<void>;
}

/** A cache that ends with the process. */
export class MemoryScoreCache implements ScoreCache {
  readonly #values = new Map<string, unknown>();

  /** The value of a key, or undefined. */
  get(key: string): unknown {
    return this.#values.get(key);
  }

  set(key: string, value: unknown): void {
    this.#values.set(key, value);
  }

  get size(): number {
    return this.#values.size;
  }
}
