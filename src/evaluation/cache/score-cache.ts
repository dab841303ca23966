/** Stores computed results by key. Values are plain JSON. A `Map<string, unknown>` is one that lasts as long as the process. */
export interface ScoreCache {
  /** Returns the value, or undefined if there is none. */
  get(key: string): unknown;
  /** Resolves once the value is stored. */
  set(key: string, value: unknown): unknown;
}
