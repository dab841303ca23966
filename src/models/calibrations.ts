import type { Calibration } from "../calibration.js";

/**
 * Calibration curves of the bundled models, over their raw scores. Fitted on lists where relevant and irrelevant passages weigh the same
 * (a prior of 50 %), so a probability of 0.5 means that the score speaks neither for nor against the passage. For candidates of which
 * a known share p is relevant, add ln(p / (1 − p)) to the intercept. This file stays small because the core entry imports it.
 */
export const CALIBRATIONS = {
  "late-en-v1": { model: "late-en-v1", slope: 20.32, intercept: -13.93, positives: 866, negatives: 2730 },
  "rerank-en-v1": { model: "rerank-en-v1", slope: 0.7584, intercept: 2.557, positives: 764, negatives: 1812 },
  "static-en-v1": { model: "static-en-v1", slope: 7.335, intercept: -2.854, positives: 866, negatives: 2730 },
} as const satisfies Record<string, Calibration>;

/** The curve of a bundled model; undefined for other names. */
export function findCalibration(name: string): Calibration | undefined {
  return Object.hasOwn(CALIBRATIONS, name) ? CALIBRATIONS[name as keyof typeof CALIBRATIONS] : undefined;
}
