import type { Calibration } from "../../calibration.js";
import { InvalidInputError } from "../../errors.js";
import type { Qrels } from "../types.js";
import type { Calibrations } from "./simulate.js";
import type { QueryStages, StageScores } from "./stage-scores.js";

/** A `HybridReranker` takes rising curves only. */
const LEAST_SLOPE = 1e-9;

/**
 * Fits a logistic curve that turns scores into probabilities of relevance: Platt's method (1999) with his smoothed targets, by Newton's
 * method with backtracking (Lin, Lin and Weng, 2007).
 *
 * @param scores - finite numbers
 * @param relevant - whether each is relevant, place by place
 * @throws InvalidInputError when only one kind is there, or when higher scores do not go with relevance, so that no rising curve fits
 */
export function fitCalibration(scores: readonly number[], relevant: readonly boolean[]): Calibration {
  const curve = fitRising(scores, relevant);
  if (curve.slope > 0) return curve;
  throw new InvalidInputError(
    "scores",
    "do not rise with relevance, so that no curve fits; is this stage's order any good?",
  );
}

/** The best curve that does not fall: level, with slope 0, where scores do not rise with relevance. */
function fitRising(scores: readonly number[], relevant: readonly boolean[]): Calibration {
  const positives = relevant.filter(Boolean).length;
  const negatives = relevant.length - positives;
  if (positives === 0 || negatives === 0) {
    throw new InvalidInputError(
      "relevant",
      `${positives} relevant and ${negatives} other documents; a curve needs both`,
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
 * A curve for each stage, from every candidate of the queries; documents that nobody judged count as not relevant. A stage whose scores
 * do not rise with relevance gets an all but level curve, which keeps its order and gives it no say.
 */
export function fitStages(
  queries: readonly QueryStages[],
  stages: StageScores,
  qrels: Qrels,
  rel: number,
): Calibrations {
  const pick = (name: string, kind: "first" | "models") => {
    const scores: number[] = [];
    const relevant: boolean[] = [];
    for (const query of queries) {
      query[kind].get(name)!.scores.forEach((score, place) => {
        if (!Number.isFinite(score)) return;
        scores.push(score);
        relevant.push((qrels.get(query.id)?.get(query.documents[place]!) ?? 0) >= rel);
      });
    }
    const { slope, intercept } = fitRising(scores, relevant);
    return { slope: Math.max(slope, LEAST_SLOPE), intercept };
  };
  return new Map([
    ...stages.first.map((name) => [name, pick(name, "first")] as const),
    ...stages.models.map((name) => [name, pick(name, "models")] as const),
  ]);
}

function spread(scores: readonly number[]): { center: number; scale: number } {
  const center = scores.reduce((sum, score) => sum + score / scores.length, 0);
  const variance = scores.reduce((sum, score) => sum + (score - center) ** 2 / scores.length, 0);
  return { center, scale: Math.sqrt(variance) || 1 };
}

function newton(xs: readonly number[], targets: readonly number[], start: number): { a: number; b: number } {
  let a = 0;
  let b = start;
  let loss = crossEntropy(xs, targets, a, b);
  for (let step = 0; step < 100; step++) {
    let [haa, hab, hbb, ga, gb] = [1e-12, 0, 1e-12, 0, 0];
    xs.forEach((x, i) => {
      const p = 1 / (1 + Math.exp(-(a * x + b)));
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
    const slope = ga * da + gb * db;
    let size = 1;
    let next = crossEntropy(xs, targets, a + da, b + db);
    while (next > loss + 1e-4 * size * slope && size > 1e-10) {
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
    // log(1 + exp(z)) − t·z, without overflow on either side.
    sum += Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - targets[i]! * z;
  }
  return sum;
}
