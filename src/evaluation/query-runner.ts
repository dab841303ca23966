import type { Document, DocumentInterface } from "@langchain/core/documents";
import type { RerankDetails } from "../rerankers/types.js";
import { type CacheKeyPart, cacheKey } from "./cache/cache-key.js";
import { readEntry } from "./cache/read-entry.js";
import { identify, type QueryCandidates, toDocuments } from "./candidates.js";
import type { EvaluateOptions } from "./evaluate-options.js";
import { type Compressor, callSystem, systemKey, systemName, systemVersion } from "./system.js";
import { titleAndText } from "./title-and-text.js";

const SCORE_KEYS = ["sim", "relevanceScore", "relevance_score"] as const;
const CACHE_VERSION = 3;

/** The result of one query, as the cache stores it. */
export interface QueryResult {
  /** Indices of the returned candidates, best first. */
  order: number[];
  /** Scores in the order of `order`; null if the compressor wrote none. */
  scores: (number | null)[];
  /** The same before a calibration, and before any activation; null without details. */
  uncalibrated: (number | null)[];
  raw: (number | null)[];
  milliseconds: number;
  given: number;
  scored: number | null;
  tokens: number | null;
  cost: number | null;
  /** Why the reranker kept the order instead of scoring. Such results are not cached. */
  error: string | null;
}

function isQueryResult(value: unknown): value is QueryResult {
  const { order, scores } = (value ?? {}) as Partial<QueryResult>;
  return Array.isArray(order) && Array.isArray(scores) && order.length === scores.length;
}

type CachedResult = QueryResult & { fromCache: boolean };

/** Runs every query in order, up to `concurrency` at the same time. Results that are in the cache are not computed again. */
export async function runQueries(
  compressor: Compressor,
  queries: readonly QueryCandidates[],
  options: EvaluateOptions,
): Promise<CachedResult[]> {
  const { concurrency = 1, cache, signal, onProgress } = options;
  const key = cache ? [systemKey(compressor, options.system), await systemVersion(compressor, signal)] : undefined;
  const warm = warmUpOnce(compressor, options);
  const results = new Array<CachedResult>(queries.length);
  let next = 0;
  let done = 0;
  let cached = 0;
  const work = async () => {
    while (next < queries.length) {
      signal?.throwIfAborted();
      const index = next++;
      results[index] = await runOne(compressor, queries[index]!, key, warm, options);
      done++;
      if (results[index]!.fromCache) cached++;
      onProgress?.({ done, total: queries.length, cached });
    }
  };
  // One failure stops the other lanes at their next query, so that no work continues and no rejection is unhandled.
  const lanes = Array.from({ length: Math.min(concurrency, queries.length) }, () =>
    work().catch((error) => {
      next = queries.length;
      throw error;
    }),
  );
  const outcomes = await Promise.allSettled(lanes);
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed) throw failed.reason;
  return results;
}

async function runOne(
  compressor: Compressor,
  candidates: QueryCandidates,
  key: CacheKeyPart,
  warm: (documents: Document[], query: string) => Promise<void>,
  options: EvaluateOptions,
): Promise<CachedResult> {
  const documents = toDocuments(candidates, options.text ?? titleAndText, options.firstStageKey ?? "score");
  if (documents.length === 0) return { ...NO_CANDIDATES, fromCache: true };
  const { cache, signal, cost } = options;
  const entry = cache && (await cacheKey("evaluate", CACHE_VERSION, key, candidates.query, documents.map(describe)));
  const stored = entry === undefined ? undefined : readEntry(await cache!.get(entry), isQueryResult);
  if (stored) return { ...stored, fromCache: true };
  await warm(documents, candidates.query);
  signal?.throwIfAborted();
  const answer = await callSystem(compressor, documents, candidates.query, signal);
  signal?.throwIfAborted();
  const order = identify(systemName(compressor), documents, answer.documents);
  const result: QueryResult = {
    order,
    scores: answer.documents.map(readScore),
    uncalibrated: answer.documents.map(({ metadata }) => finite(details(metadata)?.scores?.cross)),
    raw: answer.documents.map(({ metadata }) => finite(details(metadata)?.raw ?? details(metadata)?.scores?.cross)),
    milliseconds: answer.milliseconds,
    given: documents.length,
    scored: answer.report?.scored ?? null,
    tokens: answer.report?.tokens ?? null,
    cost: (answer.report && cost?.(answer.report)) ?? null,
    error: answer.report?.error ?? null,
  };
  if (entry !== undefined && result.error === null) await cache!.set(entry, result);
  return { ...result, fromCache: false };
}

const NO_CANDIDATES: QueryResult = {
  order: [],
  scores: [],
  uncalibrated: [],
  raw: [],
  milliseconds: 0,
  given: 0,
  scored: 0,
  tokens: 0,
  cost: 0,
  error: null,
};

/** Everything about a document that can affect its rank. The id is left out: equal texts are equal. */
function describe({ pageContent, metadata }: Document): CacheKeyPart {
  const { _id, ...rest } = metadata as Record<string, CacheKeyPart>;
  return [pageContent, rest];
}

function warmUpOnce(compressor: Compressor, { warmUp, signal }: EvaluateOptions) {
  let warming: Promise<unknown> | undefined = warmUp ? undefined : Promise.resolve();
  return async (documents: Document[], query: string): Promise<void> => {
    warming ??= callSystem(compressor, documents.slice(0, 1), query, signal);
    await warming;
  };
}

function readScore({ metadata }: DocumentInterface): number | null {
  const value = SCORE_KEYS.map((name) => metadata?.[name] as unknown).find((each) => typeof each === "number");
  return finite(value);
}

/** What a reranker of this package writes with `details: true`. */
function details(metadata: DocumentInterface["metadata"] | undefined): Partial<RerankDetails> | undefined {
  return metadata?.rerank as Partial<RerankDetails> | undefined;
}

function finite(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
