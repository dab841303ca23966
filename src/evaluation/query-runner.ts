import type { Document, DocumentInterface } from "@langchain/core/documents";
import { hashKey, type KeyPart } from "./cache/keys.js";
import { identify, type QueryCandidates, titleAndText, toDocuments } from "./candidates.js";
import type { EvaluateOptions } from "./evaluate.js";
import { type Compressor, callSystem, systemKey, systemName } from "./system.js";

const SCORE_KEYS = ["sim", "relevanceScore", "relevance_score"] as const;
const CACHE_VERSION = 1;

/** What the cache keeps of one query. Places are those among the candidates. */
export interface QueryResult {
  order: number[];
  scores: (number | null)[];
  milliseconds: number;
  given: number;
  scored: number | null;
  tokens: number | null;
  cost: number | null;
  /** Why the reranker kept the order given instead of scoring. Such results are not cached. */
  error: string | null;
}

/** A result, and whether it was computed before. */
export type Kept = QueryResult & { fromCache: boolean };

/** Runs every query, in order, up to `concurrency` at once; results that the cache holds are taken from there. */
export async function runQueries(
  compressor: Compressor,
  queries: readonly QueryCandidates[],
  options: EvaluateOptions,
): Promise<Kept[]> {
  const { concurrency = 1, cache, signal, onProgress } = options;
  const key = cache ? systemKey(compressor, options.system) : undefined;
  const warm = warmUpOnce(compressor, options);
  const results = new Array<Kept>(queries.length);
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
  // One failure ends the others at their next query, so that no error and no work is left unheard of.
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
  key: KeyPart,
  warm: (documents: Document[], query: string) => Promise<void>,
  options: EvaluateOptions,
): Promise<Kept> {
  const documents = toDocuments(candidates, options.text ?? titleAndText, options.firstStageKey ?? "score");
  if (documents.length === 0) return { ...NOTHING, fromCache: true };
  const { cache, signal, cost } = options;
  const entry = cache && (await hashKey("evaluate", CACHE_VERSION, key, candidates.query, documents.map(describe)));
  const known = entry === undefined ? undefined : ((await cache!.get(entry)) as QueryResult | undefined);
  if (known) return { ...known, fromCache: true };
  await warm(documents, candidates.query);
  signal?.throwIfAborted();
  const answer = await callSystem(compressor, documents, candidates.query, signal);
  signal?.throwIfAborted();
  const order = identify(systemName(compressor), documents, answer.documents);
  const result: QueryResult = {
    order,
    scores: answer.documents.map(readScore),
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

const NOTHING: QueryResult = {
  order: [],
  scores: [],
  milliseconds: 0,
  given: 0,
  scored: 0,
  tokens: 0,
  cost: 0,
  error: null,
};

/** All of a document that can bear on its place, its id apart: that would only make equal texts unequal. */
function describe({ pageContent, metadata }: Document): KeyPart {
  const { _id, ...rest } = metadata as Record<string, KeyPart>;
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
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
