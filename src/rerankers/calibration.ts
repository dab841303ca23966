import { NORMALIZATIONS, type Normalization, type Normalize } from "./normalization.js";

/** A logistic curve over a stage's scores: 1 / (1 + exp(−(slope · score + intercept))), read as the probability of being relevant. */
export interface Calibration {
  /** Above 0, so that order is kept. */
  slope: number;
  intercept: number;
}

/** How a stage's scores are brought to a common scale: over the candidates of a call, or by a curve that was fitted before. */
export type BlendNormalization = Normalization | "sigmoid";

/** The normalisation of a name, infinities brought in first. `"sigmoid"` needs a calibration; the others take none. */
export function normalizerFor(name: BlendNormalization, calibration?: Calibration): Normalize {
  if (name !== "sigmoid") return (scores) => NORMALIZATIONS[name](bringInInfinities(scores));
  const { slope, intercept } = calibration!;
  return (scores) => scores.map((score) => 1 / (1 + Math.exp(-(slope * score + intercept))));
}

const HUGE = 1e200;

/**
 * Infinite scores moved to one average step beyond the finite ones, so that order is kept and the others still differ. Where nothing is
 * finite, +∞ becomes 1 and −∞ becomes 0.
 */
export function bringInInfinities(scores: readonly number[]): readonly number[] {
  const finite = scores.filter(Number.isFinite);
  if (finite.length === scores.length) return scores;
  // One step beyond the largest numbers there are would be infinite again; what comes out is normalised, so its scale is free.
  if (finite.some((score) => Math.abs(score) > HUGE)) return bringInInfinities(scores.map((score) => score / HUGE));
  const min = finite.reduce((low, score) => Math.min(low, score), finite[0] ?? 0);
  const max = finite.reduce((high, score) => Math.max(high, score), finite[0] ?? 1);
  const step = finite.length === 0 ? 0 : max > min ? (max - min) / (finite.length - 1) : 1;
  return scores.map((score) => (Number.isFinite(score) ? score : score > 0 ? max + step : min - step));
}
