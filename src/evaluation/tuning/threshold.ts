import { InvalidInputError, InvalidOptionError } from "../../errors.js";
import { positiveInteger } from "../../options.js";
import { toNestedMap } from "../nested-map.js";
import type { ById } from "../types.js";

/** What a threshold should achieve: at least this precision with the highest recall, or the highest F1. */
export type ThresholdGoal = { precision: number } | "f1";

/** What a threshold achieves, counted over all queries together. */
export interface ThresholdQuality {
  /** Proportion of the returned documents that is relevant; 1 if none is returned. */
  precision: number;
  /** Proportion of the relevant candidates that is returned; 1 if there are none. */
  recall: number;
  /** Harmonic mean of precision and recall. */
  f1: number;
  /** Number of documents returned. */
  kept: number;
}

/** A threshold, and what it achieves on the queries by which it was chosen. */
export interface Threshold extends ThresholdQuality {
  threshold: number;
}

/** A score and whether its document is relevant. */
export interface LabeledScore {
  score: number;
  relevant: boolean;
}

/**
 * Chooses a reranker's `threshold` from its scores and judgments. Documents without a judgment count as not relevant. The result holds only
 * for this model on this kind of text.
 *
 * @param scores - query → document → `sim`, as `evaluate` returns in `scores`
 * @param goal - `{ precision: 0.9 }` or `"f1"`
 * @param rel - lowest grade that counts as relevant
 * @throws InvalidInputError when no relevant document has a score, or no threshold reaches the precision.
 * @throws InvalidOptionError when the goal is not one of the two, or `rel` is not a positive integer.
 *
 * @example
 * const { threshold, recall } = chooseThreshold(evaluation.scores, data.qrels, { precision: 0.9 });
 * new CrossEncoderReranker({ threshold });
 */
export function chooseThreshold(
  scores: ById<ById<number>>,
  qrels: ById<ById<number>>,
  goal: ThresholdGoal,
  rel = 1,
): Threshold {
  positiveInteger("rel", rel);
  const judged = toNestedMap(qrels, "qrels", true);
  const labeled: LabeledScore[] = [];
  for (const [query, documents] of toNestedMap(scores, "scores", false)) {
    for (const [id, score] of documents) labeled.push({ score, relevant: (judged.get(query)?.get(id) ?? 0) >= rel });
  }
  return chooseLabeledThreshold(labeled, goal);
}

/** {@link chooseThreshold} for scores that are pooled over queries. */
export function chooseLabeledThreshold(labeled: readonly LabeledScore[], goal: ThresholdGoal): Threshold {
  checkGoal(goal);
  const relevant = countRelevant(labeled);
  if (relevant === 0) {
    throw new InvalidInputError("scores", "They contain no relevant document, so no threshold can be chosen.");
  }
  const candidates = sweep(labeled, relevant).filter((each) => Number.isFinite(each.threshold));
  if (goal === "f1") return candidates.reduce((best, each) => (each.f1 > best.f1 ? each : best));
  const good = candidates.filter(({ precision }) => precision >= goal.precision);
  if (good.length > 0) return good.reduce((best, each) => (each.recall > best.recall ? each : best));
  const highest = candidates.reduce((best, { precision }) => Math.max(best, precision), 0);
  throw new InvalidInputError(
    "goal",
    `No threshold reaches a precision of ${goal.precision}; the highest is ${highest.toFixed(3)}.`,
  );
}

/** What a given threshold achieves. */
export function applyThreshold(labeled: readonly LabeledScore[], threshold: number): ThresholdQuality {
  const kept = labeled.filter(({ score }) => score >= threshold);
  return quality(countRelevant(kept), kept.length, countRelevant(labeled));
}

/** @throws InvalidOptionError when a goal is not one of the two. */
export function checkGoal(goal: ThresholdGoal): void {
  if (goal === "f1") return;
  const { precision, ...others } = (goal ?? {}) as { precision?: unknown };
  const isProportion = typeof precision === "number" && precision > 0 && precision <= 1;
  if (isProportion && Object.keys(others).length === 0) return;
  throw new InvalidOptionError("threshold", goal, '"f1", or { precision } above 0 and at most 1');
}

/** Every threshold that makes a difference, highest first: one at each distinct score. */
function sweep(labeled: readonly LabeledScore[], relevant: number): Threshold[] {
  const descending = [...labeled].sort((a, b) => b.score - a.score);
  const result: Threshold[] = [];
  let hits = 0;
  descending.forEach(({ score, relevant: hit }, index) => {
    if (hit) hits++;
    if (descending[index + 1]?.score !== score)
      result.push({ threshold: score, ...quality(hits, index + 1, relevant) });
  });
  return result;
}

function countRelevant(labeled: readonly LabeledScore[]): number {
  return labeled.filter((each) => each.relevant).length;
}

function quality(hits: number, kept: number, relevant: number): ThresholdQuality {
  const precision = kept === 0 ? 1 : hits / kept;
  const recall = relevant === 0 ? 1 : hits / relevant;
  return { precision, recall, f1: hits === 0 ? 0 : (2 * precision * recall) / (precision + recall), kept };
}
