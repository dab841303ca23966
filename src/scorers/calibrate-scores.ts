import { type Calibration, calibrate } from "../calibration.js";
import type { RelevanceScorer, ScorerReport } from "./relevance-scorer.js";

/**
 * The scores of one call as probabilities, if there is a calibration for the scorer, and otherwise unchanged. Scores that are not finite
 * numbers stay as they are, so that the caller's check finds them.
 *
 * @param calibration A curve that replaces the scorer's.
 */
export function calibrateScores(
  scorer: Pick<RelevanceScorer, "calibration">,
  scores: readonly number[],
  report: ScorerReport,
  calibration?: Calibration,
): readonly number[] {
  // A scorer may know its curve only after its model has been loaded.
  const curve = calibration ?? scorer.calibration;
  const raw = report.raw ?? scores;
  if (!curve || !Array.isArray(raw)) return scores;
  return raw.map((score) => (Number.isFinite(score) ? calibrate(score, curve) : score));
}
