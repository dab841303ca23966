import { InvalidArgumentError } from "commander";

/** One part of a run: part `index` of `count`, counted from 1. */
export interface Shard {
  index: number;
  count: number;
}

/** Reads `--shard i/n`. */
export function readShard(value: string): Shard {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(value)?.map(Number) ?? [];
  if (index !== undefined && count !== undefined && index >= 1 && index <= count) return { index, count };
  throw new InvalidArgumentError(`"${value}" is not a shard: write i/n with i from 1 to n, such as 1/4.`);
}

/**
 * True for a query of the shard. Shards are consecutive parts of the run with about the same number of pairs, so that their outputs, one
 * after the other, are the output of the whole run.
 *
 * @param pairsBefore Pairs of all queries before this one.
 * @param pairs Pairs of the whole run.
 */
export function belongsTo({ index, count }: Shard, pairsBefore: number, pairs: number): boolean {
  return Math.floor((pairsBefore * count) / pairs) === index - 1;
}
