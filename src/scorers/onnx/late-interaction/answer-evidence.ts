import type { PartResult } from "../../../inference/protocol.js";

/**
 * How much each kind of match speaks for a part. Fitted by multinomial logistic regression over the parts of a text, with which one holds the
 * answer as the label: 7,000 questions about training paragraphs of SQuAD, CMRC 2018 and JaQuAD, with both bundled models.
 */
const WITH_BEFORE = 36;
const WITH_AFTER = 9;
const COVERAGE = 12.5;

/** How sharply a token of the query is assigned to the part that matches it best. */
const SHARPNESS = 20;

/**
 * How much speaks for each part of one text holding what the query asks for: the mean, over the query's tokens, of the best cosine with the
 * part or the one before it, of that with the part or the one after it, and of the share of the token that goes to the part rather
 * than to others.
 *
 * @param parts The parts of one text, in order.
 * @param rows The query's tokens that count.
 * @returns One logarithm of odds per part, up to a constant that is the same for all parts of the text.
 */
export function answerEvidence(
  parts: readonly Pick<PartResult, "cosines">[],
  [from, to]: readonly [from: number, to: number],
): number[] {
  const evidence = parts.map(() => 0);
  for (let token = from; token < to; token++) {
    // A part without tokens matches nothing.
    const cosines = parts.map((part) => Math.max(0, part.cosines[token] ?? 0));
    const best = Math.max(...cosines);
    const weights = cosines.map((cosine) => Math.exp(SHARPNESS * (cosine - best)));
    const all = weights.reduce((sum, weight) => sum + weight, 0);
    for (const [index, own] of cosines.entries()) {
      const withBefore = Math.max(own, cosines[index - 1] ?? 0);
      const withAfter = Math.max(own, cosines[index + 1] ?? 0);
      const found = WITH_BEFORE * withBefore + WITH_AFTER * withAfter + (COVERAGE * weights[index]!) / all;
      evidence[index]! += found / (to - from);
    }
  }
  return evidence;
}
