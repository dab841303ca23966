import { type Checks, checkOptions, finiteNumber } from "../../options.js";
import { checkNumbers, draws, proportion } from "../checks.js";
import { mean } from "../mean.js";
import { randomBelow, seededRandom } from "./random.js";

/** A confidence interval. */
export interface Interval {
  /** Lower bound. */
  low: number;
  /** Upper bound. */
  high: number;
  /** Confidence level, such as 0.95. */
  confidence: number;
}

/** Options of {@link bootstrapInterval}. */
export interface BootstrapOptions {
  /** Confidence level, between 0 and 1. @default 0.95 */
  confidence?: number | undefined;
  /** Number of resamples, 100 or more. @default 10000 */
  resamples?: number | undefined;
  /** Seed of the random numbers: the same seed gives the same interval. @default 1 */
  seed?: number | undefined;
}

/** Checks of {@link BootstrapOptions}. */
export const BOOTSTRAP_CHECKS = {
  confidence: proportion,
  resamples: draws,
  seed: finiteNumber,
} satisfies Checks<BootstrapOptions>;

/**
 * Percentile bootstrap interval of a mean (Efron, 1979): queries are drawn with replacement, and the interval spans the middle of the
 * resulting means.
 *
 * @param values - one value per query
 * @returns The interval; its ends are NaN for no values.
 * @throws InvalidInputError when a value is not a finite number.
 * @throws InvalidOptionError when an option is unknown or out of range.
 *
 * @example
 * bootstrapInterval([0.2, 0.5, 0.9]); //=> { low: …, high: …, confidence: 0.95 }
 */
export function bootstrapInterval(values: readonly number[], options: BootstrapOptions = {}): Interval {
  checkOptions(options, BOOTSTRAP_CHECKS, "bootstrapInterval");
  checkNumbers("values", values);
  return intervalOf(values, options);
}

/** {@link bootstrapInterval} with options that have been checked. */
export function intervalOf(values: readonly number[], options: BootstrapOptions): Interval {
  const { confidence = 0.95, resamples = 10_000, seed = 1 } = options;
  const random = seededRandom(seed);
  const means = new Float64Array(resamples);
  for (let i = 0; i < resamples; i++) {
    let sum = 0;
    for (let j = 0; j < values.length; j++) sum += values[randomBelow(random, values.length)]!;
    means[i] = sum / values.length;
  }
  means.sort();
  const tail = (1 - confidence) / 2;
  return { low: quantile(means, tail), high: quantile(means, 1 - tail), confidence };
}

/** Mean of one value per query, the values, and the bootstrap interval of the mean. */
export function withInterval(perQuery: ReadonlyMap<string, number>, options: BootstrapOptions) {
  const values = [...perQuery.values()];
  return { mean: mean(values), perQuery, interval: intervalOf(values, options) };
}

/** Quantile of sorted values with linear interpolation (type 7 of Hyndman and Fan, 1996). NaN for no values. */
export function quantile(ascending: ArrayLike<number>, proportion: number): number {
  if (ascending.length === 0) return Number.NaN;
  const position = proportion * (ascending.length - 1);
  const below = Math.floor(position);
  const low = ascending[below]!;
  return low + (position - below) * (ascending[Math.min(below + 1, ascending.length - 1)]! - low);
}
