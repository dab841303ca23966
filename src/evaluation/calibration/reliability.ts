import { describe, InvalidInputError } from "../../errors.js";
import { positiveInteger } from "../../options.js";
import { checkList } from "../checks.js";
import { mean, sum } from "../mean.js";

/** One bin of a reliability diagram. */
export interface ReliabilityBin {
  /** Number of texts. */
  count: number;
  /** Mean predicted probability. */
  predicted: number;
  /** Proportion of relevant texts. */
  observed: number;
}

/** How well probabilities agree with judgments. */
export interface Reliability {
  /** Bins of equal mass, lowest probabilities first: the points of a reliability diagram. */
  bins: readonly ReliabilityBin[];
  /** Mean distance of predicted and observed, weighted by the size of the bins. 0 is perfect. */
  expectedCalibrationError: number;
  /** Mean squared error of the probabilities. 0 is perfect. */
  brierScore: number;
  /** Brier score of always predicting the proportion of relevant texts, for comparison. */
  priorBrierScore: number;
  /** Number of relevant texts. */
  positives: number;
  /** Number of other texts. */
  negatives: number;
}

/**
 * Compares predicted probabilities with judgments: reliability diagram, expected calibration error (Naeini, Cooper and Hauskrecht, AAAI
 * 2015) and Brier score (1950). The order of the texts does not matter: where equal probabilities fall into several bins, their relevant
 * texts are divided among these bins in proportion.
 *
 * @param probabilities - between 0 and 1
 * @param relevant - whether each text is relevant
 * @param bins - number of bins; they have equal numbers of texts, up to one
 * @throws InvalidInputError when there are no texts, the lists differ in length, or a value is not a probability.
 * @throws InvalidOptionError when the number of bins is not a positive integer.
 *
 * @example
 * const { expectedCalibrationError, brierScore } = reliability([0.9, 0.2, 0.7], [true, false, true]);
 */
export function reliability(probabilities: readonly number[], relevant: readonly boolean[], bins = 10): Reliability {
  positiveInteger("bins", bins);
  checkList("probabilities", probabilities);
  checkList("relevant", relevant);
  if (probabilities.length === 0) throw new InvalidInputError("probabilities", "There are no values.");
  if (probabilities.length !== relevant.length) {
    const expected = `Expected one value per probability: ${probabilities.length}, got ${relevant.length}.`;
    throw new InvalidInputError("relevant", expected);
  }
  const bad = probabilities.findIndex((p) => !(typeof p === "number" && p >= 0 && p <= 1));
  if (bad >= 0) {
    throw new InvalidInputError(
      `probabilities[${bad}]`,
      `Expected a number between 0 and 1, got ${describe(probabilities[bad])}.`,
    );
  }
  const count = probabilities.length;
  const order = probabilities.map((_, index) => index).sort((a, b) => probabilities[a]! - probabilities[b]! || a - b);
  const label = (index: number) => (relevant[index] ? 1 : 0);
  const observed = proportionsRelevant(probabilities, relevant);
  const filled = Array.from(
    { length: Math.min(bins, count) },
    (_, bin, parts = Math.min(bins, count)): ReliabilityBin => {
      const members = order.slice(Math.round((bin * count) / parts), Math.round(((bin + 1) * count) / parts));
      return {
        count: members.length,
        predicted: mean(members.map((index) => probabilities[index]!)),
        observed: mean(members.map((index) => observed.get(probabilities[index]!)!)),
      };
    },
  );
  const positives = relevant.filter(Boolean).length;
  const prior = positives / count;
  return {
    bins: filled,
    expectedCalibrationError: sum(filled.map((bin) => (bin.count / count) * Math.abs(bin.predicted - bin.observed))),
    brierScore: mean(probabilities.map((p, index) => (p - label(index)) ** 2)),
    priorBrierScore: prior * (1 - prior),
    positives,
    negatives: count - positives,
  };
}

/** The proportion of relevant texts among those with the same probability, by probability. */
function proportionsRelevant(probabilities: readonly number[], relevant: readonly boolean[]): Map<number, number> {
  const counts = new Map<number, { all: number; relevant: number }>();
  probabilities.forEach((probability, index) => {
    const count = counts.get(probability) ?? { all: 0, relevant: 0 };
    counts.set(probability, count);
    count.all++;
    if (relevant[index]) count.relevant++;
  });
  return new Map(Array.from(counts, ([probability, count]) => [probability, count.relevant / count.all]));
}
