import { InvalidInputError, InvalidOptionError } from "../../errors.js";
import { toNestedMap } from "../nested.js";
import type { NestedNumbers } from "../types.js";

/** What a threshold is for: at least this precision with the most recall, or the highest F1. */
export type ThresholdGoal = { precision: number } | "f1";

/** How documents at or above a threshold fare, counted over all queries together. */
export interface ThresholdFigures {
  /** Share of the kept that is relevant; 1 where nothing is kept. */
  precision: number;
  /** Share of the relevant candidates that is kept; 1 where there are none. */
  recall: number;
  f1: number;
  /** Documents kept. */
  kept: number;
}

/** A threshold with its figures on the queries that it was chosen by. */
export interface Threshold extends ThresholdFigures {
  threshold: number;
}

/** A score and whether its document is relevant. */
export interface LabelledScore {
  score: number;
  relevant: boolean;
}

/**
 * Chooses `threshold` for a reranker from scores it gave and judgements. Documents that nobody judged count as not relevant.
 * It holds for this model on this kind of text only.
 *
 * @param scores - query → document → `sim`, as `evaluate` returns in `scores`
 * @param goal - `{ precision: 0.9 }`, or `"f1"`
 * @param rel - lowest grade that counts as relevant
 *
 * @example
 * const { threshold, recall } = chooseThreshold(evaluation.scores, data.qrels, { precision: 0.9 });
 * new CrossEncoderReranker({ threshold });
 *
 * @throws InvalidInputError when no relevant document has a score, or no threshold reaches the precision.
 */
export function chooseThreshold(scores: NestedNumbers, qrels: NestedNumbers, goal: ThresholdGoal, rel = 1): Threshold {
  const judged = toNestedMap(qrels, "qrels", true);
  const labelled: LabelledScore[] = [];
  for (const [query, documents] of toNestedMap(scores, "scores", false)) {
    for (const [id, score] of documents) labelled.push({ score, relevant: (judged.get(query)?.get(id) ?? 0) >= rel });
  }
  return chooseLabelledThreshold(labelled, goal);
}

/** {@link chooseThreshold} over pooled scores. */
export function chooseLabelledThreshold(labelled: readonly LabelledScore[], goal: ThresholdGoal): Threshold {
  checkGoal(goal);
  const relevant = labelled.filter((each) => each.relevant).length;
  if (relevant === 0) throw new InvalidInputError("scores", "hold no relevant document, so no threshold can be chosen");
  const candidates = sweep(labelled, relevant).filter((each) => Number.isFinite(each.threshold));
  const good = goal === "f1" ? candidates : candidates.filter(({ precision }) => precision >= goal.precision);
  if (good.length === 0) {
    const highest = candidates.reduce((best, { precision }) => Math.max(best, precision), 0);
    throw new InvalidInputError(
      "goal",
      `no threshold reaches a precision of ${(goal as { precision: number }).precision}; the highest is ${highest.toFixed(3)}`,
    );
  }
  const value = goal === "f1" ? (each: Threshold) => each.f1 : (each: Threshold) => each.recall;
  return good.reduce((best, each) => (value(each) > value(best) ? each : best));
}

/** Figures of a given threshold. */
export function applyThreshold(labelled: readonly LabelledScore[], threshold: number): ThresholdFigures {
  const kept = labelled.filter(({ score }) => score >= threshold);
  const hits = kept.filter((each) => each.relevant).length;
  return figures(hits, kept.length, labelled.filter((each) => each.relevant).length);
}

export function checkGoal(goal: ThresholdGoal): void {
  if (goal === "f1" || (typeof goal === "object" && goal.precision > 0 && goal.precision <= 1)) return;
  throw new InvalidOptionError("threshold", goal, '"f1", or { precision } above 0 and up to 1');
}

/** Every threshold that makes a difference, highest first: one at each distinct score. */
function sweep(labelled: readonly LabelledScore[], relevant: number): Threshold[] {
  const descending = [...labelled].sort((a, b) => b.score - a.score);
  const result: Threshold[] = [];
  let hits = 0;
  descending.forEach(({ score, relevant: hit }, index) => {
    if (hit) hits++;
    if (descending[index + 1]?.score !== score)
      result.push({ threshold: score, ...figures(hits, index + 1, relevant) });
  });
  return result;
}

function figures(hits: number, kept: number, relevant: number): ThresholdFigures {
  const precision = kept === 0 ? 1 : hits / kept;
  const recall = relevant === 0 ? 1 : hits / relevant;
  return { precision, recall, f1: hits === 0 ? 0 : (2 * precision * recall) / (precision + recall), kept };
}
