/** What an embedder of this package reports after a call. */
export interface EmbeddingReport {
  /** Tokens of all texts that went through the model: special tokens and prefixes counted, padding not. */
  tokens: number;
  /** For each text, whether its end was cut because it is longer than the model reads. */
  truncated: readonly boolean[];
  /** What the caller should know about these vectors, as whole sentences. */
  warnings?: readonly string[];
}

/** Options of one call; LangChain's own interface passes none. */
export interface EmbedCallOptions {
  /** Stops the work; the call then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Called once, before the vectors are returned. Not called for an empty list. */
  onReport?: (report: EmbeddingReport) => void;
}
