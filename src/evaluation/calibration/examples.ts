import { calibrate } from "../../calibration.js";
import { seededRandom, shuffled } from "../significance/random.js";
import type { Qrels, Run } from "../types.js";
import { fitRising, hasBothKinds } from "./fit.js";
import { type Reliability, reliability } from "./reliability.js";

/** Scores with labels, by query. */
export interface CalibrationExamples {
  scores: number[];
  relevant: boolean[];
  /** Query id of each example. */
  queries: string[];
}

/** Labels the scores of a run by judgments. Documents without a judgment count as not relevant. */
export function labelScores(run: Run, qrels: Qrels, rel = 1): CalibrationExamples {
  const examples: CalibrationExamples = { scores: [], relevant: [], queries: [] };
  for (const [query, documents] of run) {
    for (const [id, score] of documents) {
      examples.scores.push(score);
      examples.relevant.push((qrels.get(query)?.get(id) ?? 0) >= rel);
      examples.queries.push(query);
    }
  }
  return examples;
}

/**
 * How reliable a curve is on queries that it was not fitted to, by cross-validation.
 *
 * @returns Undefined if there are fewer queries than folds, or if the queries of all but one fold have no relevant or no other example.
 */
export function heldOutReliability(
  { scores, relevant, queries }: CalibrationExamples,
  folds = 5,
): Reliability | undefined {
  const ids = shuffled([...new Set(queries)], seededRandom(1));
  if (ids.length < folds) return undefined;
  const foldOf = new Map(ids.map((id, index) => [id, index % folds]));
  const probabilities = new Array<number>(scores.length);
  for (let fold = 0; fold < folds; fold++) {
    const training = scores.map((_, i) => i).filter((i) => foldOf.get(queries[i]!) !== fold);
    if (!hasBothKinds(training.map((i) => relevant[i]!))) return undefined;
    const curve = fitRising(
      training.map((i) => scores[i]!),
      training.map((i) => relevant[i]!),
    );
    scores.forEach((score, i) => {
      if (foldOf.get(queries[i]!) === fold) probabilities[i] = calibrate(score, curve);
    });
  }
  return reliability(probabilities, relevant);
}
