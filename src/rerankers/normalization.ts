import { type Calibration, calibrate } from "../calibration.js";

/** Brings the scores of one list to a common scale and keeps their order. A list of equal scores, or a single score, becomes all ones. */
export type Normalize = (scores: readonly number[]) => number[];

function range(scores: readonly number[]): { min: number; max: number } {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const score of scores) {
    if (score < min) min = score;
    if (score > max) max = score;
  }
  return { min, max };
}

/** (s − min) / (max − min), 0 to 1. Halved before the subtraction so that scores near ±`Number.MAX_VALUE` do not overflow. */
function minMax(scores: readonly number[]): number[] {
  const { min, max } = range(scores);
  const half = max / 2 - min / 2;
  return scores.map((score) => (half > 0 ? (score / 2 - min / 2) / half : 1));
}

/** (s − mean) / standard deviation: unbounded, with mean 0. */
function zScore(scores: readonly number[]): number[] {
  const mean = scores.reduce((sum, score) => sum + score / scores.length, 0);
  const deviation = Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) ** 2 / scores.length, 0));
  // Squares overflow long before scores do. A z-score does not depend on the scale, so it can be computed from 0–1.
  if (!Number.isFinite(deviation)) return zScore(minMax(scores));
  return scores.map((score) => (deviation > 0 ? (score - mean) / deviation : 1));
}

/** s / largest |s|, −1 to 1; zero stays zero. */
function max(scores: readonly number[]): number[] {
  const { min, max: top } = range(scores);
  const scale = Math.max(Math.abs(min), Math.abs(top));
  return scores.map((score) => (min === top || scale === 0 ? 1 : score / scale));
}

/** 1 for the best and 0 for the worst, evenly spaced; tied scores share the mean of their ranks. */
function rank(scores: readonly number[]): number[] {
  const { min, max: top } = range(scores);
  if (min === top) return scores.map(() => 1);
  const ascending = [...scores].sort((a, b) => a - b);
  const firstIndex = new Map<number, number>();
  const count = new Map<number, number>();
  ascending.forEach((score, index) => {
    if (!firstIndex.has(score)) firstIndex.set(score, index);
    count.set(score, (count.get(score) ?? 0) + 1);
  });
  return scores.map((score) => (firstIndex.get(score)! + (count.get(score)! - 1) / 2) / (scores.length - 1));
}

/** Name of a normalization over the candidates of one call. */
export type Normalization = "min-max" | "z-score" | "max" | "rank";

/** The normalizations over the candidates of one call, by name. */
export const NORMALIZATIONS = {
  "min-max": minMax,
  "z-score": zScore,
  max,
  rank,
} as const satisfies Record<Normalization, Normalize>;

/** How the scores of two stages are brought to one scale: over the candidates of a call, or by a calibration curve per stage. */
export type BlendNormalization = Normalization | "sigmoid";

/** The normalization of that name. `"sigmoid"` needs a calibration; the others ignore it. Infinite scores are allowed. */
export function normalizerFor(name: BlendNormalization, calibration?: Calibration): Normalize {
  if (name !== "sigmoid") return (scores) => NORMALIZATIONS[name](replaceInfinities(scores));
  return (scores) => scores.map((score) => calibrate(score, calibration!));
}

/** Beyond this size, adding one step to a score could overflow. */
const HUGE = 1e200;

/**
 * Replaces infinite scores by values one average step beyond the finite ones, so that the order is kept and the finite scores still
 * differ. If no score is finite, +∞ becomes 1 and −∞ becomes 0.
 */
function replaceInfinities(scores: readonly number[]): readonly number[] {
  const finite = scores.filter(Number.isFinite);
  if (finite.length === scores.length) return scores;
  // The result is normalized afterwards, so its scale does not matter.
  if (finite.some((score) => Math.abs(score) > HUGE)) return replaceInfinities(scores.map((score) => score / HUGE));
  const min = finite.reduce((low, score) => Math.min(low, score), finite[0] ?? 0);
  const max = finite.reduce((high, score) => Math.max(high, score), finite[0] ?? 1);
  const step = finite.length === 0 ? 0 : max > min ? (max - min) / (finite.length - 1) : 1;
  return scores.map((score) => (Number.isFinite(score) ? score : score > 0 ? max + step : min - step));
}
