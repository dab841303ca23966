import type { CompareResult } from "../compare.js";
import { formatDifference, formatMetric, formatPValue } from "../format.js";
import type { Reference } from "./references.js";

/** p-values below this level count as more than chance. */
const SIGNIFICANCE_LEVEL = 0.05;

/** Prefix of tuned systems in the comparison. */
export const TUNED = "tuned";

/** Says in words whether tuning was worth it, on held-out queries and after correction for the number of comparisons. */
export function verdict(
  { comparisons, runs }: CompareResult,
  best: Reference,
  measure: string,
): { isBetter: boolean; text: string } {
  const tuned = comparisons.filter(({ run }) => run.startsWith(`${TUNED},`));
  const strongest = tuned.reduce((a, b) => (b.difference > a.difference ? b : a));
  const isBetter = strongest.difference > 0 && strongest.pHolm < SIGNIFICANCE_LEVEL;
  const mean = (name: string) => formatMetric(runs.find((run) => run.name === name)!.measures.get(measure)!.mean);
  const numbers =
    `${measure} on held-out queries: ${strongest.run} ${mean(strongest.run)}, ${best.name} alone ${mean(best.name)} ` +
    `(difference ${formatDifference(strongest.difference)}, p ${formatPValue(strongest.pHolm)} after Holm's correction).`;
  if (isBetter) return { isBetter, text: `Tuning is better than ${best.name} alone by more than chance. ${numbers}` };
  const subject = best.kind === "model" ? "the model" : "the first stage";
  return { isBetter, text: `No setting beats ${subject} alone by more than chance: keep the defaults. ${numbers}` };
}
