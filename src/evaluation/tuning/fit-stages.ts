import type { Calibration } from "../../calibration.js";
import { fitRising, hasBothKinds } from "../calibration/fit.js";
import type { Qrels } from "../types.js";
import type { QueryStages, StageScores } from "./stage-scores.js";

/** Curves by stage name; only settings with `sigmoid` need them. */
export type Calibrations = ReadonlyMap<string, Calibration>;

/** `HybridReranker` accepts rising curves only. */
const MIN_SLOPE = 1e-9;

/** For candidates of one kind, from which nothing can be learned. */
const LEVEL = { slope: 0, intercept: 0 };

/**
 * Fits a curve for each stage to every candidate of the queries; documents without a judgment count as not relevant. A stage whose scores do
 * not rise with relevance, or whose candidates are all of one kind, gets a curve that is almost level, which keeps its order and gives it no
 * influence.
 */
export function fitStages(
  queries: readonly QueryStages[],
  stages: StageScores,
  qrels: Qrels,
  rel: number,
): Calibrations {
  const fitStage = (name: string, kind: "first" | "models"): [string, Calibration] => {
    const scores: number[] = [];
    const relevant: boolean[] = [];
    for (const query of queries) {
      query[kind].get(name)!.raw.forEach((score, index) => {
        if (!Number.isFinite(score)) return;
        scores.push(score);
        relevant.push((qrels.get(query.id)?.get(query.documents[index]!) ?? 0) >= rel);
      });
    }
    const { slope, intercept } = hasBothKinds(relevant) ? fitRising(scores, relevant) : LEVEL;
    return [name, { slope: Math.max(slope, MIN_SLOPE), intercept }];
  };
  return new Map([
    ...stages.first.map((name) => fitStage(name, "first")),
    ...stages.models.map((name) => fitStage(name, "models")),
  ]);
}
