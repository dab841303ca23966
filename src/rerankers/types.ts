import type { Callbacks } from "@langchain/core/callbacks/manager";
import type { DocumentInterface } from "@langchain/core/documents";
import type { CacheReport } from "../scorers/relevance-scorer.js";
import type { TextSpan } from "../text-span.js";

/** Options that every reranker takes. */
export interface BaseRerankerInput {
  /** How many documents to return, 1 or more; more than there are returns all. @default all */
  topN?: number | undefined;
  /** Drop documents whose score is below this number; equal ones stay. Useful values depend on the model and the domain. @default none */
  threshold?: number | undefined;
  /** Metadata key that the score is written to. @default "sim" */
  scoreKey?: string | undefined;
  /**
   * What of a document is scored.
   * @default doc => doc.pageContent
   * @example text: (doc) => `${doc.metadata.title}\n${doc.pageContent}`
   */
  text?: ((document: DocumentInterface) => string) | undefined;
  /** Also write `metadata.rerank`, a {@link RerankDetails}. @default false */
  details?: boolean | undefined;
  /** Milliseconds for a whole call; then it rejects with a `RerankTimeoutError`. @default none */
  timeout?: number | undefined;
  /** Aborts every call of this reranker. Calls can pass their own too. @default none */
  signal?: AbortSignal | undefined;
  /**
   * What a failure of scoring does. `"keep-order"` returns the documents in first-stage order, cut to `topN`, without a score and with the
   * failure in `metadata.rerank.error`; a timeout counts as a failure. Aborts and invalid input always throw.
   * @default "throw"
   */
  onError?: "throw" | "keep-order" | undefined;
}

/** Options of one {@link BaseReranker.rerank} call; each stands in for the constructor's. */
export interface RerankCallOptions extends Pick<BaseRerankerInput, "topN" | "threshold" | "timeout" | "signal"> {
  /** LangChain callbacks: the call appears as a run of its own. */
  callbacks?: Callbacks | undefined;
}

/** What `metadata.rerank` holds. */
export interface RerankDetails {
  /** Place in the reranked list, from 1. */
  rank: number;
  /** Place in the list given, from 1. */
  firstRank: number;
  /** Scores by stage, as the stages gave them: `embedding`, `first`, `cross`. */
  scores: Record<string, number>;
  /** The cross-encoder's raw output, where its score is an activation of it. */
  logit?: number;
  /** Present when the text was cut to fit the model. */
  truncated?: true;
  /** The part of the text that the score comes from, for long documents. */
  passage?: TextSpan;
  /** Why the document has no score (`onError: "keep-order"`). */
  error?: string;
}

/** What one call did. */
export interface RerankReport {
  /** Name of the model that decided the order. */
  model: string;
  /** Documents given. */
  documents: number;
  /** Documents returned. */
  returned: number;
  /** Texts that were scored: not the empty ones. */
  scored: number;
  /** Forward passes, or requests to a server, where known. */
  batches?: number;
  /** Tokens that went through the model, where known. */
  tokens?: number;
  /** Texts that were cut to fit the model. */
  truncated: number;
  /** Wall milliseconds: `total`, and by stage. */
  milliseconds: Record<string, number>;
  /** Requests that were sent again after a fault, where known. */
  retries?: number;
  /** What late interaction found again of the documents, where that scored. */
  cache?: CacheReport;
  /** What a billed provider says the call cost. */
  usage?: Record<string, number>;
  /** Documents that a hybrid's last stage scored. */
  reranked?: number;
  /** Why a hybrid scored fewer than it might: its `budget` was used up, or the `order` of the first `topN` was settled. */
  stopped?: "budget" | "order";
  /** Set when scoring failed and the order was kept (`onError: "keep-order"`). */
  error?: string;
}

/** What {@link BaseReranker.rerank} resolves to. */
export interface RerankResult {
  documents: DocumentInterface[];
  report: RerankReport;
}
