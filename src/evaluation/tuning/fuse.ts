import { placesByScore, type StageColumn } from "./stage-scores.js";

/**
 * Reciprocal-rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009) of first stages: the sum of 1 / (k + rank). Its time is the sum
 * of theirs.
 */
export function fuseRanks(columns: readonly StageColumn[], rrfK = 60): StageColumn {
  const count = columns[0]!.scores.length;
  const scores = new Array<number>(count).fill(0);
  const milliseconds = new Array<number>(count).fill(0);
  for (const column of columns) {
    placesByScore(column.scores).forEach((place, rank) => {
      scores[place]! += 1 / (rrfK + rank + 1);
    });
    column.milliseconds.forEach((value, place) => {
      milliseconds[place]! += value;
    });
  }
  return { scores, milliseconds };
}
