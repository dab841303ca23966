import { NORMALIZATIONS, type Normalize, normalizerFor } from "./normalization.js";

/** Two stages to blend, and how. */
export interface BlendInput {
  /** Scores before this stage, one a candidate. */
  readonly before: readonly number[];
  /** Places in `before` that took part in the stage before this one; the others keep their order behind them. */
  readonly pool: readonly number[];
  /** Places, out of `pool`, that this stage scored. */
  readonly seen: readonly number[];
  /** Their scores, in the order of `seen`. */
  readonly scores: readonly number[];
  /** Weight of this stage, 0–1. */
  readonly alpha: number;
  readonly normalizeBefore: Normalize;
  readonly normalizeScores: Normalize;
}

/**
 * alpha · this stage + (1 − alpha) · the one before, over normalised scores.
 *
 * @returns One score a candidate. Those not in `seen` lie at least 1 below the lowest of those that are, and those not in `pool` at
 * least 1 below all, each in the order they had.
 */
export function blend(input: BlendInput): number[] {
  const { before, pool, seen, alpha } = input;
  const poolScores = pool.map((place) => before[place]!);
  const normalized = new Map(input.normalizeBefore(poolScores).map((score, i) => [pool[i]!, score]));
  if (seen.length === 0) return behind(before, pool, (place) => normalized.get(place)!);
  const stage = input.normalizeScores(input.scores);
  const blended = new Map(seen.map((place, i) => [place, alpha * stage[i]! + (1 - alpha) * normalized.get(place)!]));
  const lowest = [...blended.values()].reduce((low, score) => Math.min(low, score), Number.POSITIVE_INFINITY);
  // Whatever the normalisation's range, min-max keeps the unseen in order within a unit that ends 1 below the seen.
  const unseen = new Map(normalizerFor("min-max")(poolScores).map((score, i) => [pool[i]!, lowest - 2 + score]));
  return behind(before, pool, (place) => blended.get(place) ?? unseen.get(place)!);
}

function behind(before: readonly number[], pool: readonly number[], score: (place: number) => number): number[] {
  const scores = new Array<number>(before.length);
  let lowest = Number.POSITIVE_INFINITY;
  for (const place of pool) {
    scores[place] = score(place);
    lowest = Math.min(lowest, scores[place]);
  }
  const inPool = new Set(pool);
  const rest = before.map((_, place) => place).filter((place) => !inPool.has(place));
  const restScores = NORMALIZATIONS["min-max"](rest.map((place) => before[place]!));
  rest.forEach((place, i) => {
    scores[place] = lowest - 2 + restScores[i]!;
  });
  return scores;
}
