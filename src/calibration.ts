import { InvalidOptionError } from "./errors.js";

/**
 * A logistic curve that turns a model's raw scores into probabilities of relevance:
 * `1 / (1 + exp(-(slope * raw + intercept)))`. Plain JSON; `langchain-rerank calibrate` prints one.
 */
export interface Calibration {
  /** Above 0, so that the order of the raw scores is kept. */
  slope: number;
  /** Any finite number. */
  intercept: number;
  /** Name of the model whose scores the curve was fitted on. May be left out of a curve written by hand. */
  model?: string | undefined;
  /** Number of relevant query-document pairs that the curve was fitted on, at least 20 where it is given. */
  positives?: number | undefined;
  /** Number of irrelevant query-document pairs that the curve was fitted on, at least 20 where it is given. */
  negatives?: number | undefined;
}

/** Minimum number of judged pairs of either kind that a curve may be fitted on. */
export const FEWEST_PAIRS = 20;

/** The logistic function, 0 to 1. */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** The probability that a curve assigns to a raw score, 0 to 1. Infinite scores give 0 or 1. */
export function calibrate(raw: number, { slope, intercept }: Calibration): number {
  return sigmoid(slope * raw + intercept);
}

/**
 * The scores of one call as probabilities, if there is a calibration for the scorer, and otherwise unchanged. Scores that are not finite
 * numbers stay as they are, so that the caller's check finds them.
 *
 * @param report The scorer's report of the call, whose raw scores the curve applies to.
 * @param calibration A curve that replaces the scorer's.
 */
export function calibrateScores(
  scorer: { readonly calibration?: Calibration | undefined },
  scores: readonly number[],
  report: { readonly raw?: readonly number[] },
  calibration?: Calibration,
): readonly number[] {
  // A scorer may know its curve only after its model has been loaded.
  const curve = calibration ?? scorer.calibration;
  const raw = report.raw ?? scores;
  if (!curve || !Array.isArray(raw)) return scores;
  return raw.map((score) => (Number.isFinite(score) ? calibrate(score, curve) : score));
}

/**
 * Checks a curve that a caller passed.
 *
 * @param option Name of the option, for the message.
 * @param model Name of the model whose scores it will be applied to, where it is known.
 * @throws InvalidOptionError if the slope is not positive, a number is not finite, the curve was fitted for another model, or it states
 * fewer than 20 judged pairs of either kind.
 */
export function checkCalibration(option: string, curve: unknown, model?: string): asserts curve is Calibration {
  if (typeof curve !== "object" || curve === null)
    throw new InvalidOptionError(option, curve, "an object { slope, intercept, model?, positives?, negatives? }");
  const given = curve as Partial<Record<keyof Calibration, unknown>>;
  if (!(Number.isFinite(given.slope) && (given.slope as number) > 0)) {
    throw new InvalidOptionError(
      `${option}.slope`,
      given.slope,
      "a finite number above 0, because higher scores must mean more relevant",
    );
  }
  if (!Number.isFinite(given.intercept))
    throw new InvalidOptionError(`${option}.intercept`, given.intercept, "a finite number");
  if (given.model !== undefined && typeof given.model !== "string")
    throw new InvalidOptionError(`${option}.model`, given.model, "the name of a model");
  if (given.model !== undefined && model !== undefined && given.model !== model) {
    throw InvalidOptionError.because(
      `${option}.model`,
      given.model,
      `The calibration was fitted for "${given.model}", but the model is "${model}". Fit a curve for "${model}", or remove ` +
        "`model` from the calibration if both compute the same scores.",
    );
  }
  for (const kind of ["positives", "negatives"] as const) checkPairs(`${option}.${kind}`, given[kind]);
}

function checkPairs(option: string, count: unknown): void {
  if (count === undefined || (Number.isInteger(count) && (count as number) >= FEWEST_PAIRS)) return;
  throw new InvalidOptionError(
    option,
    count,
    `at least ${FEWEST_PAIRS} judged pairs, since fewer do not determine a curve`,
  );
}
