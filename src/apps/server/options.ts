import type { RelevanceScorer } from "../../scorers/relevance-scorer.js";
import type { PlaygroundOptions } from "./playground.js";
import type { ServedEmbedder } from "./served-model.js";

/** What is served, and within which limits. */
export interface RerankServerOptions {
  /** Scorers by the name that clients use. The first is used when a request names none. */
  rerankers: ReadonlyMap<string, RelevanceScorer>;
  /** Names of rerankers that need all texts of a request at once, because their scores depend on each other or are billed per call. */
  whole?: ReadonlySet<string>;
  /** Embedders by name; the first is the default. */
  embedders?: ReadonlyMap<string, ServedEmbedder>;
  /** Other names for served models, such as the name that a client has built in. */
  aliases?: ReadonlyMap<string, string>;
  /** A page to try the models on, at `/`. @default none */
  playground?: PlaygroundOptions | undefined;
  /** Clients must send it as `Authorization: Bearer KEY` or `x-api-key: KEY`. @default none: anyone may call */
  apiKey?: string | undefined;
  /** Names that requests may have in their `Host` header. @default any */
  allowedHosts?: readonly string[] | undefined;
  /** Origins whose pages may call the server; `*` for any. @default none */
  corsOrigins?: readonly string[];
  /** Texts per request. @default 1000 */
  maxDocuments?: number;
  /** Bytes per request. @default 4194304 */
  maxBodyBytes?: number;
  /** Parts of requests that are scored at the same time. @default 4 */
  concurrency?: number;
  /** Texts that may wait; requests beyond are answered with 429. @default 20000 */
  maxQueue?: number;
  /** Milliseconds from request to answer, waiting included; then 503. A client may ask for less. @default 60000 */
  requestTimeout?: number;
  /** Answer with logits when a request does not say, as LocalAI and llama.cpp do. @default false */
  rawScores?: boolean;
  /** Receives every request when its answer is ready. @default nothing */
  onAnswer?: ((answer: AnsweredRequest) => void) | undefined;
  /** Receives the cause of a failure, which clients do not see. @default nothing */
  onError?: (error: unknown, requestId: string) => void;
}

/** A request as the log shows it: no query, no text, no key. */
export interface AnsweredRequest {
  /** The client's `X-Request-Id`, or one that the server made up. */
  requestId: string;
  method: string;
  path: string;
  status: number;
  milliseconds: number;
}

export const DEFAULTS = {
  maxDocuments: 1000,
  maxBodyBytes: 4 * 2 ** 20,
  concurrency: 4,
  maxQueue: 20_000,
  requestTimeout: 60_000,
  rawScores: false,
} as const;
