import { InvalidOptionError } from "../../errors.js";
import { randomBelow, seededRandom } from "./random.js";

/** Lower and upper end of a confidence interval. */
export interface Interval {
  low: number;
  high: number;
  /** Share of such intervals that hold the true mean, as 0.95. */
  confidence: number;
}

/** Options of {@link bootstrapInterval}. */
export interface BootstrapOptions {
  /** 0–1, exclusive. Default: 0.95. */
  confidence?: number | undefined;
  /** Default: 10 000. */
  resamples?: number | undefined;
  /** Default: 1. */
  seed?: number | undefined;
}

/**
 * Percentile bootstrap of a mean (Efron, 1979): queries are drawn with replacement, and the interval holds the middle of the means.
 *
 * @param values - one value a query; of nothing the interval is NaN
 */
export function bootstrapInterval(values: readonly number[], options: BootstrapOptions = {}): Interval {
  const { confidence = 0.95, resamples = 10_000, seed = 1 } = options;
  checkShare("confidence", confidence);
  checkDraws("resamples", resamples);
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

/** The value below which a share of ascending values lies, interpolated linearly (type 7 of Hyndman and Fan, 1996); NaN of nothing. */
export function quantile(ascending: ArrayLike<number>, share: number): number {
  if (ascending.length === 0) return Number.NaN;
  const place = share * (ascending.length - 1);
  const below = Math.floor(place);
  const low = ascending[below]!;
  return low + (place - below) * (ascending[Math.min(below + 1, ascending.length - 1)]! - low);
}

export function checkShare(option: string, value: number): void {
  if (!(value > 0 && value < 1)) throw new InvalidOptionError(option, value, "a number between 0 and 1, both excluded");
}

export function checkDraws(option: string, value: number): void {
  if (!Number.isInteger(value) || value < 100) throw new InvalidOptionError(option, value, "an integer of 100 or more");
}
