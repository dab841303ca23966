import type { Calibration } from "../calibration.js";

/**
 * Names of the bundled models that run if none is named. They are in a separate file so that the core entry need not load the
 * registry, and in one object because the bundler would inline single constants and leave an empty import of this file behind.
 */
export const DEFAULT_MODELS = {
  /** Rerankers, `createScorer` and the commands. */
  reranker: "late-en-v1",
  /** `OnnxCrossEncoder`. */
  crossEncoder: "rerank-en-v1",
  /** `OnnxLateInteraction`. */
  lateInteraction: "late-en-v1",
  /** The first stage of a hybrid. */
  firstStage: "static-en-v1",
} as const;

/** Name and alias of the bundled static model, which runs without ONNX. */
const STATIC_NAMES: readonly string[] = [DEFAULT_MODELS.firstStage, `langchain-rerank/${DEFAULT_MODELS.firstStage}`];

/** Whether a name, ignoring case, is that of a static model. Does not load the registry. */
export function isStaticModel(name: string): boolean {
  return STATIC_NAMES.includes(name.toLowerCase());
}

/**
 * Calibration curves of the bundled models, over their raw scores; `benchmark/calibration.js` fits them. That of `late-en-v1` assumes that 30% of
 * candidates are relevant, and the others assume 13%, as on the lists that they were fitted on. Where a share p of your candidates is
 * relevant, add ln(p / (1 − p)) to the intercept, plus 0.85 for `late-en-v1` and 1.9 for the others. This file stays small because the core
 * entry imports it.
 */
export const CALIBRATIONS = {
  "late-en-v1": { model: "late-en-v1", slope: 26.01, intercept: -16.7, positives: 1055, negatives: 4431 },
  "rerank-en-v1": { model: "rerank-en-v1", slope: 1.056, intercept: 0.4477, positives: 328, negatives: 2234 },
  "static-en-v1": { model: "static-en-v1", slope: 13.58, intercept: -8.78, positives: 328, negatives: 2234 },
} as const satisfies Record<string, Calibration>;

/** The curve of a bundled model; undefined for other names. */
export function findCalibration(name: string): Calibration | undefined {
  return Object.hasOwn(CALIBRATIONS, name) ? CALIBRATIONS[name as keyof typeof CALIBRATIONS] : undefined;
}
