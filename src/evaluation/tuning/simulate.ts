import type { Calibration } from "../../calibration.js";
import { normalizerFor } from "../../rerankers/normalization.js";
import type { SettingGroup } from "./settings.js";
import { placesByScore, type QueryStages } from "./stage-scores.js";

/** Curves by stage name; needed for settings with `sigmoid` only. */
export type Calibrations = ReadonlyMap<string, Calibration>;

/** What a `HybridReranker` would answer with one alpha. */
export interface SimulatedAnswer {
  /** Ids, best first: those that the model saw, those that it did not, blank ones. */
  ranking: string[];
  /** `sim` of those that the model saw, place by place of `ranking`. */
  sims: number[];
}

/**
 * What a `HybridReranker` answers from scores that are known already: one answer for each alpha of the group.
 * Equal to the real one by test, ties included.
 *
 * @param depth - how much of each answer is wanted
 */
export function simulate(
  query: QueryStages,
  group: SettingGroup,
  calibrations?: Calibrations,
  depth = Number.POSITIVE_INFINITY,
): SimulatedAnswer[] {
  const first = query.first.get(group.first)!.scores;
  const byFirst = placesByScore(first);
  const seen = byFirst.slice(0, group.topK);
  const column = query.models.get(group.model)!.scores;
  const firstScores = normalizerFor(group.normalization, calibrations?.get(group.first))(first);
  const modelScores = normalizerFor(
    group.normalization,
    calibrations?.get(group.model),
  )(seen.map((place) => column[place]!));
  const room = Math.max(0, depth - seen.length);
  const tail = [...byFirst.slice(group.topK).map((place) => query.documents[place]!), ...query.blank].slice(0, room);
  return group.alphas.map((alpha) => {
    const blended = seen.map((place, i) => alpha * modelScores[i]! + (1 - alpha) * firstScores[place]!);
    const order = seen
      .map((_, i) => i)
      .sort((a, b) => blended[b]! - blended[a]! || seen[a]! - seen[b]!)
      .slice(0, depth);
    return { ranking: [...order.map((i) => query.documents[seen[i]!]!), ...tail], sims: order.map((i) => blended[i]!) };
  });
}

/** Wall seconds that a setting takes for one query: the first stage over all candidates, the model over those that it sees. */
export function simulatedSeconds(
  query: QueryStages,
  { first, model, topK }: Pick<SettingGroup, "first" | "model" | "topK">,
): number {
  const stage = query.first.get(first)!;
  const pairs = query.models.get(model)!.milliseconds;
  const seen = placesByScore(stage.scores).slice(0, topK);
  const total = stage.milliseconds.reduce((sum, value) => sum + value, 0);
  return seen.reduce((sum, place) => sum + pairs[place]!, total) / 1000;
}
