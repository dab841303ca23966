import type { Callbacks } from "@langchain/core/callbacks/manager";
import type { DocumentInterface } from "@langchain/core/documents";
import type { CacheReport, ScoreCacheReport, ScorerMilliseconds } from "../scorers/relevance-scorer.js";
import type { ScoredSpan, TextSpan } from "../text-span.js";

/** Options that every reranker takes. */
export interface BaseRerankerInput {
  /** How many documents to return, 1 or more. @default all */
  topN?: number | undefined;
  /**
   * Drops documents whose score is below this number. With a calibrated model it is a probability, 0 to 1; otherwise useful values
   * depend on the model. @default none
   */
  threshold?: number | undefined;
  /** Metadata key that the score is written to. @default "sim" */
  scoreKey?: string | undefined;
  /**
   * Returns the text of a document that is scored.
   * @default doc => doc.pageContent
   * @example text: (doc) => `${doc.metadata.title}\n${doc.pageContent}`
   */
  text?: ((document: DocumentInterface) => string) | undefined;
  /** Also writes `metadata.rerank`, a {@link RerankDetails}. @default false */
  details?: boolean | undefined;
  /** Time limit of a whole call in milliseconds, above 0; after that, it rejects with a `RerankTimeoutError`. @default none */
  timeout?: number | undefined;
  /** Aborts every call of this reranker. A call can have a signal of its own in addition. @default none */
  signal?: AbortSignal | undefined;
  /**
   * What happens when scoring fails. `"keep-order"` returns the documents in the order they came in, cut to `topN`, without a score and
   * with the failure in `metadata.rerank.error`; a timeout counts as a failure. Aborts and invalid input always throw.
   * @default "throw"
   */
  onError?: "throw" | "keep-order" | undefined;
}

/** Options of one {@link BaseReranker.rerank} call. Each overrides the constructor's, except that both signals abort the call. */
export interface RerankCallOptions
  extends Pick<BaseRerankerInput, "topN" | "threshold" | "details" | "timeout" | "signal"> {
  /** LangChain callbacks. The call appears as one run. @default none */
  callbacks?: Callbacks | undefined;
}

/** What a reranker has to score: the documents whose text is not blank. */
export interface Candidates {
  readonly query: string;
  readonly texts: readonly string[];
  /** The document of each text. */
  readonly documents: readonly DocumentInterface[];
  /** The index of each text's document in the list that the caller passed. */
  readonly indexes: readonly number[];
  readonly signal: AbortSignal;
  /** Maximum number of documents that the call returns; undefined for all. */
  readonly topN?: number | undefined;
}

/** The result of scoring the candidates. */
export interface Scored {
  /** One finite number per candidate, in the order of the candidates. */
  readonly scores: readonly number[];
  /** What `metadata.rerank` says about each candidate besides its ranks. */
  readonly details?: readonly ScoredDetails[];
  readonly report?: ScoredReport;
}

/** What a reranker knows about one candidate; the base class adds the ranks. */
export type ScoredDetails = Omit<RerankDetails, "rank" | "firstRank">;

/** What a reranker reports about scoring; the base class adds the rest. */
export type ScoredReport = Partial<Omit<RerankReport, "milliseconds">> & {
  milliseconds?: Partial<RerankMilliseconds>;
};

/** Scores of one document by stage, as the stages computed them. A stage that did not score the document has no key. */
export interface RerankScores {
  /** Score of a hybrid's first stage. ±Infinity is possible if it comes from metadata. */
  first?: number;
  /** Score of the model that read query and document together; in a cascade, of the last stage that scored the document. */
  cross?: number;
  /** Similarity of the embeddings (`EmbeddingSimilarityReranker`). */
  embedding?: number;
  /** In a cascade, and if no model is named, the score of every stage that scored the document, in the order of the stages. */
  stages?: number[];
}

/** What `metadata.rerank` contains. */
export interface RerankDetails {
  /** Position in the reranked list, starting at 1. */
  rank: number;
  /** Position in the list that was passed in, starting at 1. */
  firstRank: number;
  /** Scores by stage. */
  scores: RerankScores;
  /** The model's raw output, where the score is an activation or a calibration of it. */
  raw?: number;
  /** Present if the document was cut to fit the model. */
  truncated?: true;
  /** The part of a long document that its score comes from. */
  passage?: TextSpan;
  /** Scored parts of the document, where the model marks them. */
  spans?: readonly ScoredSpan[];
  /** Why the document has no score (`onError: "keep-order"`). */
  error?: string;
}

/** Wall-clock milliseconds of one call, by stage. A stage that did not run, or was not measured, has no key. */
export interface RerankMilliseconds extends ScorerMilliseconds {
  /** The whole call. */
  total: number;
  /** A hybrid's first stage. */
  firstStage?: number;
  /** Embedding the query and the documents. */
  embed?: number;
  /** Scoring by the model, loading included. */
  score?: number;
}

/** What one call did. */
export interface RerankReport {
  /** Name of the model that determined the order. */
  model: string;
  /** What ran a local model: a native library, WebAssembly or WebGPU. */
  runtime?: "native" | "wasm" | "webgpu";
  /** Number of documents passed in. */
  documents: number;
  /** Number of documents returned. */
  returned: number;
  /** Number of documents that were scored: all but the blank ones. */
  scored: number;
  /** Number of documents that each stage of the default model read. Absent if it read all of them whole. */
  stages?: Record<string, number>;
  /** Forward passes of a local model, or requests to a server, where known. */
  batches?: number;
  /** Tokens that went through the model, where known. */
  tokens?: number;
  /** Number of documents that were cut to fit the model. */
  truncated: number;
  /** True if the query was cut to fit the model. */
  queryTruncated?: boolean;
  /** True if the scores may be compared within this call only, as those of listwise models. */
  scoresHoldWithinRequest?: boolean;
  /** What the caller should know about this result, as whole sentences. */
  warnings?: string[];
  /** Time spent by stage. */
  milliseconds: RerankMilliseconds;
  /** Requests that were sent again after a failure, where known. */
  retries?: number;
  /** How late interaction used its cache of document vectors. */
  cache?: CacheReport;
  /** How a `CachedScorer` used its cache. */
  scoreCache?: ScoreCacheReport;
  /** What the provider billed for the call. */
  usage?: Record<string, number>;
  /** Number of documents that a hybrid's last stage scored. */
  reranked?: number;
  /** `"budget"` if a hybrid scored fewer documents than planned because its `budget` was used up. */
  stopped?: "budget";
  /** Set if scoring failed and the order was kept (`onError: "keep-order"`). */
  error?: string;
}

/** What {@link BaseReranker.rerank} resolves to. */
export interface RerankResult {
  documents: DocumentInterface[];
  report: RerankReport;
}
