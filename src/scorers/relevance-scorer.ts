import type { TextSpan } from "../text-span.js";

/** What a scorer can tell about one call beyond the scores. Every field is optional: a scorer reports what it knows. */
export interface ScorerReport {
  /** Name of the model that scored. */
  model?: string;
  /** Raw model outputs before the activation, one a text, where they differ from the scores. */
  logits?: readonly number[];
  /** Texts that were cut to fit the model, one flag a text. */
  truncated?: readonly boolean[];
  /** The passage of each text that its score comes from (`longDocuments: "max-passage"`). */
  passages?: readonly (TextSpan | undefined)[];
  /** Forward passes, or requests to a server. */
  batches?: number;
  /** Tokens that went through the model, special tokens and padding included. */
  tokens?: number;
  /** Wall milliseconds by stage: `load`, `tokenize`, `inference`, `request`, … */
  milliseconds?: Readonly<Record<string, number>>;
  /** What a scorer that keeps something of texts found again. */
  cache?: CacheReport;
  /** Requests that were sent again after a fault. */
  retries?: number;
  /** What a billed provider says the call cost, under the provider's own names. */
  usage?: Readonly<Record<string, number>>;
}

/** What late interaction found of the documents' vectors, counted in distinct texts. */
export interface CacheReport {
  /** Texts whose vectors were kept, or were being computed by another call. */
  hits: number;
  /** How many were read from a folder. */
  stored: number;
  /** Texts that were encoded. */
  misses: number;
  /** Files of the folder that were not whole; their texts were encoded anew. */
  damaged: number;
  /** Memory that kept vectors take now. */
  bytes: number;
  /** Why the folder could not be read or written, where it could not. */
  failure?: string;
}

/** Options of one {@link RelevanceScorer.score} call. */
export interface ScoreOptions {
  /** Stops the work; the call then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Called at most once, before the call resolves, with what is known beyond the scores. */
  onReport?: (report: ScorerReport) => void;
}

/**
 * The seam between rerankers and whatever computes relevance: a local cross-encoder, a server, a function of your own.
 * It knows nothing of LangChain documents.
 *
 * @example
 * const overlap: RelevanceScorer = {
 *   score: async (query, texts) => texts.map((text) => query.split(" ").filter((word) => text.includes(word)).length),
 * };
 * const reranker = new CrossEncoderReranker({ model: overlap, topN: 3 });
 */
export interface RelevanceScorer {
  /**
   * Scores every text against the query.
   *
   * @returns One finite number a text, in the order given, higher is more relevant.
   */
  score(query: string, texts: readonly string[], options?: ScoreOptions): Promise<readonly number[]>;
  /** Name for reports and traces. Default: the class name. */
  readonly model?: string;
  /** Score of a text that holds nothing, which is never sent. Default: `-Number.MAX_VALUE`, the lowest finite number. */
  readonly lowestScore?: number;
  /** Frees what the scorer holds: threads, sessions, sockets. */
  dispose?(): Promise<void>;
}
