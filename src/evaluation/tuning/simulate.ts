import { blend, orderByScore } from "../../rerankers/blend.js";
import { normalizerFor } from "../../rerankers/normalization.js";
import { sum } from "../mean.js";
import type { Calibrations } from "./fit-stages.js";
import type { SettingGroup } from "./settings.js";
import type { QueryStages } from "./stage-scores.js";

/** What a `HybridReranker` would return with one alpha. */
export interface SimulatedAnswer {
  /** Ids, best first; blank documents are last. */
  ranking: string[];
  /** `sim` of the documents that are not blank, in the order of `ranking`. */
  sims: number[];
}

/**
 * Computes what a `HybridReranker` would return from scores that are known: one answer per alpha of the group. A test compares it with
 * the real reranker, ties included.
 */
export function simulate(query: QueryStages, group: SettingGroup, calibrations?: Calibrations): SimulatedAnswer[] {
  const first = query.first.get(group.first)!;
  const model = query.models.get(group.model)!;
  // Curves apply to raw scores.
  const kind = group.normalization === "sigmoid" ? "raw" : "scores";
  const read = orderByScore(first.scores).slice(0, group.topK);
  const scores = read.map((index) => model[kind][index]!);
  const normalizedFirst = normalizerFor(group.normalization, calibrations?.get(group.first))(first[kind]);
  const normalizedModel = normalizerFor(group.normalization, calibrations?.get(group.model))(scores);
  const everything = first.scores.map((_, index) => index);
  return group.alphas.map((alpha) => {
    const sims = blend({
      before: first[kind],
      pool: everything,
      read,
      scores,
      alpha,
      normalizeBefore: () => normalizedFirst,
      normalizeScores: () => normalizedModel,
    });
    const order = orderByScore(sims);
    return {
      ranking: [...order.map((index) => query.documents[index]!), ...query.blank],
      sims: order.map((index) => sims[index]!),
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
