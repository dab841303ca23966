import { type Calibration, FEWEST_PAIRS, sigmoid } from "../../calibration.js";
import { InvalidInputError } from "../../errors.js";
import { checkList, checkNumbers } from "../checks.js";
import { mean } from "../mean.js";

/**
 * Fits the logistic curve that turns raw scores into probabilities of relevance: Platt's method (1999) with his smoothed targets, which keep
 * the curve finite when the scores separate the two kinds, by Newton's method with backtracking (Lin, Lin and Weng, 2007).
 *
 * The probabilities assume the same proportion of relevant texts as in the examples; the result states it as `positives` and `negatives`.
 *
 * @param scores - raw scores, finite numbers
 * @param relevant - whether each score belongs to a relevant text
 * @param model - name of the scorer, if the curve is to be refused for other scorers
 * @returns One JSON value, which `CrossEncoderReranker` accepts as `calibration`.
 * @throws InvalidInputError when there are fewer than 20 examples of either kind, or when higher scores do not go with relevance.
 *
 * @example
 * const calibration = fitCalibration(scores, relevant, "cohere:rerank-v3.5");
 * new CrossEncoderReranker({ model: "cohere:rerank-v3.5", calibration, threshold: 0.5 });
 */
export function fitCalibration(
  scores: readonly number[],
  relevant: readonly boolean[],
  model?: string,
): Calibration & { positives: number; negatives: number; model?: string } {
  checkNumbers("scores", scores);
  checkList("relevant", relevant);
  if (scores.length !== relevant.length) {
    throw new InvalidInputError("relevant", `Expected one value per score: ${scores.length}, got ${relevant.length}.`);
  }
  const positives = relevant.filter(Boolean).length;
  const negatives = relevant.length - positives;
  if (Math.min(positives, negatives) < FEWEST_PAIRS) {
    throw new InvalidInputError(
      "relevant",
      `A calibration needs at least ${FEWEST_PAIRS} relevant and ${FEWEST_PAIRS} other examples, got ${positives} and ${negatives}.`,
    );
  }
  const { slope, intercept } = fitRising(scores, relevant);
  if (slope > 0) return { slope, intercept, ...(model !== undefined && { model }), positives, negatives };
  throw new InvalidInputError(
    "scores",
    "Higher scores do not go with relevance, so no rising curve fits. Check the scorer and the judgments.",
  );
}

/** Whether a curve can be fitted at all. */
export function hasBothKinds(relevant: readonly boolean[]): boolean {
  return relevant.includes(true) && relevant.includes(false);
}

/**
 * The best curve that does not fall. It is level (slope 0) if scores do not rise with relevance.
 *
 * @throws InvalidInputError when all examples are of one kind.
 */
export function fitRising(
  scores: readonly number[],
  relevant: readonly boolean[],
): { slope: number; intercept: number } {
  const positives = relevant.filter(Boolean).length;
  const negatives = relevant.length - positives;
  if (positives === 0 || negatives === 0) {
    throw new InvalidInputError(
      "relevant",
      `A curve needs both relevant and other examples, got ${positives} and ${negatives}.`,
    );
  }
  const { center, scale } = spread(scores);
  const xs = scores.map((score) => (score - center) / scale);
  const targets = relevant.map((each) => (each ? (positives + 1) / (positives + 2) : 1 / (negatives + 2)));
  const prior = Math.log((positives + 1) / (negatives + 1));
  const { a, b } = newton(xs, targets, prior);
  return a > 0 ? { slope: a / scale, intercept: b - (a * center) / scale } : { slope: 0, intercept: prior };
}

/**
 * Scores are standardized before fitting, so that scores of any magnitude converge.
 *
 * @throws InvalidInputError when they are so large or so close together that their variance is not a positive double.
 */
function spread(scores: readonly number[]): { center: number; scale: number } {
  const center = mean(scores);
  const variance = mean(scores.map((score) => (score - center) ** 2));
  if (!Number.isFinite(variance)) {
    const largest = scores.reduce((most, score) => Math.max(most, Math.abs(score)), 0);
    const problem = `The scores are too large: they reach ${largest}, and their variance overflows. Divide all of them by ${largest}.`;
    throw new InvalidInputError("scores", problem);
  }
  if (variance === 0 && scores.some((score) => score !== scores[0])) {
    const problem =
      "The scores differ, but by so little that their variance is 0. Multiply all of them by a large number.";
    throw new InvalidInputError("scores", problem);
  }
  return { center, scale: variance > 0 ? Math.sqrt(variance) : 1 };
}

function newton(xs: readonly number[], targets: readonly number[], start: number): { a: number; b: number } {
  let a = 0;
  let b = start;
  let loss = crossEntropy(xs, targets, a, b);
  for (let step = 0; step < 100; step++) {
    let [haa, hab, hbb, ga, gb] = [1e-12, 0, 1e-12, 0, 0];
    xs.forEach((x, i) => {
      const p = sigmoid(a * x + b);
      const weight = p * (1 - p);
      haa += x * x * weight;
      hab += x * weight;
      hbb += weight;
      ga += x * (p - targets[i]!);
      gb += p - targets[i]!;
    });
    if (Math.abs(ga) < 1e-9 && Math.abs(gb) < 1e-9) break;
    const determinant = haa * hbb - hab * hab;
    const da = -(hbb * ga - hab * gb) / determinant;
    const db = -(haa * gb - hab * ga) / determinant;
    const descent = ga * da + gb * db;
    let size = 1;
    let next = crossEntropy(xs, targets, a + da, b + db);
    while (next > loss + 1e-4 * size * descent && size > 1e-10) {
      size /= 2;
      next = crossEntropy(xs, targets, a + size * da, b + size * db);
    }
    if (size <= 1e-10) break;
    a += size * da;
    b += size * db;
    loss = next;
  }
  return { a, b };
}

function crossEntropy(xs: readonly number[], targets: readonly number[], a: number, b: number): number {
  let sum = 0;
  for (let i = 0; i < xs.length; i++) {
    const z = a * xs[i]! + b;
    // log(1 + exp(z)) − t·z, written so that it does not overflow for large |z|.
    sum += Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - targets[i]! * z;
  }
  return sum;
}
