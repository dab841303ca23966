import { type MeasureDeclaration, type MeasureParams, visibleRanking } from "./declaration.js";

/**
 * Normalised discounted cumulative gain (Järvelin and Kekäläinen, TOIS 2002): gains discounted by log2(rank + 1), over the same sum
 * for the best order that the judgements allow. 0–1; 0 for a query without a relevant document.
 */
export const nDCG: MeasureDeclaration = {
  name: "nDCG",
  aliases: ["NDCG"],
  description: "gain of the ranking, discounted by rank, as a share of the best possible",
  params: {
    cutoff: {},
    dcg: { default: "log2" },
    gains: {},
    judged_only: { default: false },
  },
  compute: (ranking, judgements, params) => prepare(judgements, params)(ranking),
  prepare,
};

function prepare(
  judgements: ReadonlyMap<string, number>,
  params: MeasureParams,
): (ranking: readonly string[]) => number {
  const ideal = Array.from(judgements.values(), (grade) => gain(grade, params)).sort((a, b) => b - a);
  const best = discounted(params.cutoff === undefined ? ideal : ideal.slice(0, params.cutoff));
  if (best === 0) return () => 0;
  return (ranking) => {
    const seen = visibleRanking(ranking, judgements, params);
    return discounted(seen.map((id) => gain(judgements.get(id) ?? 0, params))) / best;
  };
}

function gain(grade: number, { gains, dcg }: MeasureParams): number {
  const value = gains?.[grade] ?? grade;
  if (value <= 0) return 0;
  return dcg === "exp-log2" ? 2 ** value - 1 : value;
}

function discounted(gains: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < gains.length; i++) sum += gains[i]! / Math.log2(i + 2);
  return sum;
}
