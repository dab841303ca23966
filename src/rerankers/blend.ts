import type { Normalize } from "./normalization.js";

/** Two stages to blend. */
export interface BlendInput {
  /** Scores before this stage, one per candidate. */
  readonly before: readonly number[];
  /** Indexes of the candidates that the stage before this one scored. */
  readonly pool: readonly number[];
  /** Indexes, out of `pool`, of the candidates that this stage scored. */
  readonly read: readonly number[];
  /** Their scores, in the order of `read`. */
  readonly scores: readonly number[];
  /** Weight of this stage, 0 to 1. */
  readonly alpha: number;
  readonly normalizeBefore: Normalize;
  readonly normalizeScores: Normalize;
}

/**
 * alpha · this stage + (1 − alpha) · the stages before, of normalized scores. Candidates that this stage did not read keep their order
 * below those it read.
 *
 * @returns One score per candidate, 0 to 1 if the normalized scores are. See {@link separate}.
 */
export function blend({ before, pool, read, scores, alpha, normalizeBefore, normalizeScores }: BlendInput): number[] {
  const normalized = scatter(before, pool, normalizeBefore(pool.map((index) => before[index]!)));
  const stage = normalizeScores(scores);
  const blended = read.map((index, i) => alpha * stage[i]! + (1 - alpha) * normalized[index]!);
  // Candidates outside the pool have scores of an earlier blend, below those of the pool. Normalizing the pool must not lift them.
  const isWhole = pool.length === before.length;
  const unread = isWhole
    ? normalized
    : separate(
        before,
        pool,
        pool.map((index) => normalized[index]!),
      );
  return separate(unread, read, blended);
}

/** Scores below this are squeezed so that the scores of unread candidates fit below them. */
const FLOOR = 0.001;

/**
 * Places the scores of candidates that a stage read above those that it did not. Where all scores are 0 to 1, the result is too: a
 * read candidate keeps its score, unless it is below 0.001, and gets at least 0.0005; an unread one gets 0.0001 to 0.0004. That
 * depends on nothing but the candidate's own scores. Otherwise, unread candidates end 1 below the lowest read one.
 *
 * @param scores Scores of all candidates without the stage.
 * @param read Indexes of those that the stage read.
 * @param readScores Their scores with the stage.
 */
export function separate(scores: readonly number[], read: readonly number[], readScores: readonly number[]): number[] {
  if (isUnit(scores) && isUnit(readScores)) {
    if (read.length === 0) return scores.map(liftRead);
    const below = scores.map((score) => FLOOR * (0.1 + 0.3 * score));
    return scatter(below, read, readScores.map(liftRead));
  }
  const lowest = readScores.reduce((low, score) => Math.min(low, score), Number.POSITIVE_INFINITY);
  if (lowest === Number.POSITIVE_INFINITY) return [...scores];
  const isRead = new Set(read);
  const highest = scores.reduce((high, s, i) => (isRead.has(i) ? high : Math.max(high, s)), Number.NEGATIVE_INFINITY);
  return scatter(
    scores.map((score) => score - highest + lowest - 1),
    read,
    readScores,
  );
}

/** Whether all scores are between 0 and 1. */
export function isUnit(scores: readonly number[]): boolean {
  return scores.every((score) => score >= 0 && score <= 1);
}

/** The score of a candidate that a stage read, so that it stays above the unread ones. */
function liftRead(score: number): number {
  return score < FLOOR ? (FLOOR + score) / 2 : score;
}

function scatter(all: readonly number[], indexes: readonly number[], values: readonly number[]): number[] {
  const result = [...all];
  indexes.forEach((index, i) => {
    result[index] = values[i]!;
  });
  return result;
}

/**
 * The sum of 1 / (k + rank) over several orders, with ranks from 1.
 *
 * @param orders Indexes of candidates, best first. An order may leave candidates out.
 * @returns One score per candidate.
 */
export function reciprocalRankFusion(orders: readonly (readonly number[])[], count: number, k: number): number[] {
  const scores = new Array<number>(count).fill(0);
  for (const order of orders) {
    order.forEach((index, position) => {
      scores[index]! += 1 / (k + position + 1);
    });
  }
  return scores;
}

/** Indexes of scores, highest first; equal ones, infinities included, keep their order. */
export function orderByScore(scores: readonly number[]): number[] {
  return scores.map((_, index) => index).sort((a, b) => scores[b]! - scores[a]! || a - b);
}
