import { InvalidInputError, InvalidOptionError } from "../../errors.js";
import { seededRandom, shuffled } from "../significance/random.js";

/** Indices of the queries that choose a setting, and of those that test the choice. */
export interface Split {
  train: readonly number[];
  test: readonly number[];
}

/** How queries are held out. */
export interface SplitOptions {
  /** Number of parts of the cross-validation, 2 or more: each query is held out once. @default 5, or the number of queries if smaller */
  folds?: number | undefined;
  /** Instead of `folds`: the proportion of queries to hold out, between 0 and 1. The others choose. */
  holdout?: number | undefined;
  /** Seed of the shuffle before splitting, and of the other random numbers. @default 1 */
  seed?: number | undefined;
}

/**
 * Splits `count` queries at random: with `folds` every query is held out once, with `holdout` the same proportion once.
 *
 * @throws InvalidInputError when there are fewer than 2 queries.
 * @throws InvalidOptionError when an option is out of range, or both are given.
 */
export function makeSplits(count: number, { folds, holdout, seed = 1 }: SplitOptions): Split[] {
  if (folds !== undefined && holdout !== undefined)
    throw InvalidOptionError.because("holdout", holdout, "`holdout` and `folds` cannot be combined. Pass one of them.");
  if (count < 2) throw new InvalidInputError("data", `Tuning needs at least 2 queries to hold some out, got ${count}.`);
  const order = shuffled(
    Array.from({ length: count }, (_, i) => i),
    seededRandom(seed),
  );
  if (holdout !== undefined) {
    const size = Math.min(count - 1, Math.max(1, Math.round(count * holdout)));
    return [{ test: order.slice(0, size), train: order.slice(size) }];
  }
  const parts = folds ?? Math.min(5, count);
  if (!Number.isInteger(parts) || parts < 2 || parts > count) {
    throw new InvalidOptionError("folds", parts, `an integer between 2 and the number of queries, ${count}`);
  }
  return Array.from({ length: parts }, (_, fold) => ({
    test: order.filter((_, i) => i % parts === fold),
    train: order.filter((_, i) => i % parts !== fold),
  }));
}
