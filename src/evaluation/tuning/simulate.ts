import { isUnit, liftRead } from "../../rerankers/blend.js";
import { normalizerFor } from "../../rerankers/normalization.js";
import { sum } from "../mean.js";
import type { Calibrations } from "./fit-stages.js";
import type { SettingGroup } from "./settings.js";
import { orderByScore, type QueryStages } from "./stage-scores.js";

/** What a `HybridReranker` would return with one alpha. */
export interface SimulatedAnswer {
  /** Ids, best first: those that the model scored, the others, blank ones. */
  ranking: string[];
  /** `sim` of those that the model scored, in the order of `ranking`. */
  sims: number[];
}

/**
 * Computes what a `HybridReranker` would return from scores that are known: one answer per alpha of the group. A test compares it with
 * the real reranker, ties included.
 *
 * @param depth - number of documents of each answer that are needed
 */
export function simulate(
  query: QueryStages,
  group: SettingGroup,
  calibrations?: Calibrations,
  depth = Number.POSITIVE_INFINITY,
): SimulatedAnswer[] {
  const first = query.first.get(group.first)!.scores;
  const byFirst = orderByScore(first);
  const scored = byFirst.slice(0, group.topK);
  const model = query.models.get(group.model)!.scores;
  const normalizeFirst = normalizerFor(group.normalization, calibrations?.get(group.first));
  const normalizeModel = normalizerFor(group.normalization, calibrations?.get(group.model));
  const firstScores = normalizeFirst(first);
  const modelScores = normalizeModel(scored.map((index) => model[index]!));
  const room = Math.max(0, depth - scored.length);
  const tail = [...byFirst.slice(group.topK).map((index) => query.documents[index]!), ...query.blank].slice(0, room);
  return group.alphas.map((alpha) => {
    const plain = scored.map((index, i) => alpha * modelScores[i]! + (1 - alpha) * firstScores[index]!);
    const blended = isUnit(firstScores) && isUnit(plain) ? plain.map(liftRead) : plain;
    const order = scored
      .map((_, i) => i)
      .sort((a, b) => blended[b]! - blended[a]! || scored[a]! - scored[b]!)
      .slice(0, depth);
    return {
      ranking: [...order.map((i) => query.documents[scored[i]!]!), ...tail],
      sims: order.map((i) => blended[i]!),
    };
  });
}

/** Wall-clock seconds of a setting for one query: the first stage for all candidates, the model for those that it scores. */
export function simulatedSeconds(
  query: QueryStages,
  { first, model, topK }: Pick<SettingGroup, "first" | "model" | "topK">,
): number {
  const stage = query.first.get(first)!;
  const pairs = query.models.get(model)!.milliseconds;
  const scored = orderByScore(stage.scores).slice(0, topK);
  return (sum(stage.milliseconds) + sum(scored.map((index) => pairs[index]!))) / 1000;
}
