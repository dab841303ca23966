import { type CacheKeyPart, cacheKey } from "../cache/cache-key.js";
import { readEntry } from "../cache/read-entry.js";
import type { ScoreCache } from "../cache/score-cache.js";
import type { StageColumn } from "./stage-scores.js";

/** Something that scores texts against a query. */
export interface PairScorer {
  /** Identifies it in the cache. */
  key: CacheKeyPart;
  /** Identifies the content of its model in the cache, where it is known. */
  version(signal: AbortSignal | undefined): Promise<string | undefined>;
  /** Scores of the texts, and the raw scores that a calibration applies to; as many as texts. */
  score(
    query: string,
    texts: readonly string[],
    signal: AbortSignal,
  ): Promise<{ scores: readonly number[]; raw: readonly number[] }>;
}

const CACHE_VERSION = 3;
/** A score with its raw score and its share of the call's duration, as the cache stores it. */
type StoredPair = readonly [score: number, raw: number, milliseconds: number];

function isStoredPair(value: unknown): value is StoredPair {
  return Array.isArray(value) && value.length === 3 && Number.isFinite(value[0]);
}

const NEVER = new AbortController().signal;

/**
 * Scores the texts at the given indices. Scores in the cache are not computed again, and equal texts of one query are scored once.
 *
 * @returns A column with NaN at the other indices, and the number of texts that were scored.
 */
export async function scorePairs(
  scorer: Pick<PairScorer, "key" | "score">,
  query: string,
  texts: readonly string[],
  indices: readonly number[],
  { cache, signal }: { cache?: ScoreCache | undefined; signal?: AbortSignal | undefined },
): Promise<{ column: StageColumn; missing: number }> {
  const distinct = [...new Set(indices.map((index) => texts[index]!))];
  const known = new Map<string, StoredPair>();
  const keys = new Map<string, string>();
  if (cache) {
    for (const text of distinct) {
      const key = await cacheKey("pair", CACHE_VERSION, scorer.key, query, text);
      keys.set(text, key);
      const value = readEntry(await cache.get(key), isStoredPair);
      if (value) known.set(text, value);
    }
  }
  const missing = distinct.filter((text) => !known.has(text));
  if (missing.length > 0) {
    const started = performance.now();
    const { scores, raw } = await scorer.score(query, missing, signal ?? NEVER);
    const share = distribute(missing, performance.now() - started);
    for (const [i, text] of missing.entries()) known.set(text, [scores[i]!, raw[i]!, share(text)]);
    if (cache) await Promise.all(missing.map((text) => cache.set(keys.get(text)!, known.get(text))));
  }
  const wanted = new Set(indices);
  const pick = (part: 0 | 1 | 2, absent: number) =>
    texts.map((text, index) => (wanted.has(index) ? known.get(text)![part] : absent));
  const column = { scores: pick(0, Number.NaN), raw: pick(1, Number.NaN), milliseconds: pick(2, 0) };
  return { column, missing: missing.length };
}

/** Distributes the duration of a call over its texts by length, which a model's work grows with. */
function distribute(texts: readonly string[], milliseconds: number): (text: string) => number {
  const total = texts.reduce((sum, text) => sum + text.length, 0);
  return (text) => (milliseconds * text.length) / total;
}
