import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import type { EmbedCallOptions } from "../../embeddings/call-options.js";
import type { RelevanceScorer } from "../../scorers/relevance-scorer.js";
import type { PlaygroundOptions } from "./playground.js";

/** An embedder that may take a signal, may tell how many tokens it read, and may hold threads or sockets. */
export interface ServedEmbedder extends EmbeddingsInterface {
  embedDocuments(texts: string[], options?: EmbedCallOptions): Promise<number[][]>;
  embedQuery(text: string, options?: EmbedCallOptions): Promise<number[]>;
  dispose?(): Promise<void>;
}

/** What is served, and within which limits. */
export interface RerankServerOptions {
  /** Scorers by the name that clients call them by. The first is used when a request names none. */
  rerankers: ReadonlyMap<string, RelevanceScorer>;
  /** Embedders by name, likewise. */
  embedders?: ReadonlyMap<string, ServedEmbedder>;
  /** A page to try the models on, at `/`. Default: none. */
  playground?: PlaygroundOptions | undefined;
  /** Clients must send it as `Authorization: Bearer KEY`. Default: none, everyone may call. */
  apiKey?: string | undefined;
  /** @default 1000 */
  maxDocuments?: number;
  /** Bytes of a request. @default 4194304 */
  maxBodyBytes?: number;
  /** Requests worked on at a time. @default 4 */
  concurrency?: number;
  /** Requests that may wait; more are answered 429. @default 256 */
  maxQueue?: number;
  /** Milliseconds from request to answer, waiting included; then 503. @default 60000 */
  requestTimeout?: number;
  /** Answer with logits where a request does not say, as LocalAI and llama.cpp do. @default false */
  rawScores?: boolean;
  /** Gets what went wrong inside, which clients are not told. Default: nothing. */
  onError?: (error: unknown) => void;
}

export const DEFAULTS = {
  maxDocuments: 1000,
  maxBodyBytes: 4 * 2 ** 20,
  concurrency: 4,
  maxQueue: 256,
  requestTimeout: 60_000,
  rawScores: false,
} as const;
