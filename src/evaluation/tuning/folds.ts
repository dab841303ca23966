import { InvalidOptionError } from "../../errors.js";
import { seededRandom, shuffled } from "../significance/random.js";

/** Places of queries to choose settings by, and of those to test the choice on. */
export interface Split {
  train: readonly number[];
  test: readonly number[];
}

/** How held-out figures are made. */
export interface SplitOptions {
  /** Cross-validation: each query is held out once. 2 or more. Default: 5, or as many as there are queries. */
  folds?: number | undefined;
  /** In place of `folds`: this share of the queries is held out, the rest chooses. 0–1, exclusive. */
  holdout?: number | undefined;
  /** Of the shuffle before splitting. Default: 1. */
  seed?: number | undefined;
}

/** Splits `count` queries at random. Over all splits every query is held out once (`folds`), or the same share once (`holdout`). */
export function makeSplits(count: number, { folds, holdout, seed = 1 }: SplitOptions): Split[] {
  if (folds !== undefined && holdout !== undefined)
    throw new InvalidOptionError("holdout", holdout, "either this or `folds`");
  if (count < 2)
    throw new InvalidOptionError("folds", folds, "anything only with 2 queries or more: there is nothing to hold out");
  const order = shuffled(
    Array.from({ length: count }, (_, i) => i),
    seededRandom(seed),
  );
  if (holdout !== undefined) {
    if (!(holdout > 0 && holdout < 1))
      throw new InvalidOptionError("holdout", holdout, "a number between 0 and 1, both excluded");
    const size = Math.min(count - 1, Math.max(1, Math.round(count * holdout)));
    return [{ test: order.slice(0, size), train: order.slice(size) }];
  }
  const parts = folds ?? Math.min(5, count);
  if (!Number.isInteger(parts) || parts < 2 || parts > count) {
    throw new InvalidOptionError("folds", parts, `an integer from 2 to the number of queries, ${count}`);
  }
  return Array.from({ length: parts }, (_, fold) => ({
    test: order.filter((_, i) => i % parts === fold),
    train: order.filter((_, i) => i % parts !== fold),
  }));
}
