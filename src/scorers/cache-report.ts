import type { CacheReport } from "./relevance-scorer.js";

/** What two calls on one cache say together: counts add up, its size is what the later one saw. */
export function addCacheReports(a: CacheReport | undefined, b: CacheReport | undefined): CacheReport | undefined {
  if (!a || !b) return a ?? b;
  return {
    ...a,
    ...b,
    hits: a.hits + b.hits,
    stored: a.stored + b.stored,
    misses: a.misses + b.misses,
    damaged: a.damaged + b.damaged,
  };
}
