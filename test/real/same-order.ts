import type { RelevanceScorer } from "../../src/scorers/relevance-scorer.js";
import type { Candidates } from "./data.js";

/** How two ways to the same model agree. */
export interface Agreement {
  queries: number;
  /** Largest absolute difference of two scores of the same pair. */
  largestDifference: number;
  /** Queries whose whole order is the same. */
  sameOrder: number;
  /** Pairs of documents in another order although their scores differ by more than this. */
  swappedBeyond: (tolerance: number) => number;
}

/** Scores every query both ways. */
export async function compareRankings(
  queries: readonly Candidates[],
  first: RelevanceScorer,
  second: RelevanceScorer,
): Promise<Agreement> {
  const swaps: number[] = [];
  let largestDifference = 0;
  let sameOrder = 0;
  for (const { query, documents } of queries) {
    const a = await first.score(query, documents);
    const b = await second.score(query, documents);
    documents.forEach((_, index) => {
      largestDifference = Math.max(largestDifference, Math.abs((a[index] as number) - (b[index] as number)));
    });
    const swapped = swappedPairs(a, b);
    swaps.push(...swapped);
    if (swapped.length === 0) sameOrder++;
  }
  return {
    queries: queries.length,
    largestDifference,
    sameOrder,
    swappedBeyond: (tolerance) => swaps.filter((difference) => difference > tolerance).length,
  };
}

/** A scorer that works out each query once. */
export function remembered(scorer: RelevanceScorer): RelevanceScorer {
  const known = new Map<string, readonly number[]>();
  return {
    score: async (query, texts) => {
      const scores = known.get(query) ?? (await scorer.score(query, texts));
      known.set(query, scores);
      return scores;
    },
  };
}

/** For each pair in another order, how far apart the first way's scores are. */
function swappedPairs(a: readonly number[], b: readonly number[]): number[] {
  const found: number[] = [];
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < i; j++) {
      const before = (a[i] as number) - (a[j] as number);
      if (before * ((b[i] as number) - (b[j] as number)) < 0) found.push(Math.abs(before));
    }
  }
  return found;
}
