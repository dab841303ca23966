/** Scores of one list brought to a common scale, order kept. Every function maps an all-equal list, or a lone score, to ones. */
export type Normalize = (scores: readonly number[]) => number[];

function spread(scores: readonly number[]): { min: number; max: number } {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const score of scores) {
    if (score < min) min = score;
    if (score > max) max = score;
  }
  return { min, max };
}

/** (s − min) / (max − min), 0–1. Halved before the subtraction so that scores near ±`Number.MAX_VALUE` do not overflow. */
function minMax(scores: readonly number[]): number[] {
  const { min, max } = spread(scores);
  const range = max / 2 - min / 2;
  return scores.map((score) => (range > 0 ? (score / 2 - min / 2) / range : 1));
}

/** (s − mean) / standard deviation, unbounded, mean 0. */
function zScore(scores: readonly number[]): number[] {
  const mean = scores.reduce((sum, score) => sum + score / scores.length, 0);
  const deviation = Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) ** 2 / scores.length, 0));
  // Squares overflow long before scores do; a z-score is the same whatever the scale, so it can be had from 0–1.
  if (!Number.isFinite(deviation)) return zScore(minMax(scores));
  return scores.map((score) => (deviation > 0 ? (score - mean) / deviation : 1));
}

/** s / largest |s|, −1 to 1: keeps zero where it was. */
function max(scores: readonly number[]): number[] {
  const { min, max: top } = spread(scores);
  const scale = Math.max(Math.abs(min), Math.abs(top));
  return scores.map((score) => (min === top || scale === 0 ? 1 : score / scale));
}

/** 1 for the best, 0 for the last, evenly spaced; tied scores share the mean of their places. */
function rank(scores: readonly number[]): number[] {
  const { min, max: top } = spread(scores);
  if (min === top) return scores.map(() => 1);
  const ascending = [...scores].sort((a, b) => a - b);
  const firstPlace = new Map<number, number>();
  const count = new Map<number, number>();
  ascending.forEach((score, place) => {
    if (!firstPlace.has(score)) firstPlace.set(score, place);
    count.set(score, (count.get(score) ?? 0) + 1);
  });
  return scores.map((score) => (firstPlace.get(score)! + (count.get(score)! - 1) / 2) / (scores.length - 1));
}

/** Name of a normalisation. */
export type Normalization = "min-max" | "z-score" | "max" | "rank";

/** The ways two stages' scores can be brought to one scale before they are blended. */
export const NORMALIZATIONS = {
  "min-max": minMax,
  "z-score": zScore,
  max,
  rank,
} as const satisfies Record<Normalization, Normalize>;
