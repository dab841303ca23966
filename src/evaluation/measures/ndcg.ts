import { type MeasureDeclaration, type MeasureParams, visibleRanking } from "./declaration.js";
import { CUTOFF, JUDGED_ONLY } from "./parameters.js";

/**
 * Normalized discounted cumulative gain: gains discounted by log2(rank + 1), divided by the same sum for the best order that the
 * judgments allow. Between 0 and 1; 0 for a query without a relevant document.
 */
export const nDCG: MeasureDeclaration = {
  name: "nDCG",
  aliases: ["NDCG"],
  description: "Gain of the ranking, discounted by rank, divided by the best gain possible.",
  citation: "Järvelin, K. and Kekäläinen, J.: Cumulated Gain-Based Evaluation of IR Techniques. TOIS 20(4), 2002.",
  parameters: {
    cutoff: CUTOFF,
    dcg: {
      type: "string",
      default: "log2",
      choices: ["log2", "exp-log2"],
      description: "Whether the gain is the grade (log2) or 2^grade − 1 (exp-log2).",
    },
    gains: { type: "gains", description: "Gain by grade, such as {1:2,2:5}; other grades keep theirs." },
    judged_only: JUDGED_ONLY,
  },
  compute: (ranking, judgments, params) => prepare(judgments, params)(ranking),
  prepare,
};

function prepare(
  judgments: ReadonlyMap<string, number>,
  params: MeasureParams,
): (ranking: readonly string[]) => number {
  const ideal = Array.from(judgments.values(), (grade) => gain(grade, params)).sort((a, b) => b - a);
  const best = discounted(params.cutoff === undefined ? ideal : ideal.slice(0, params.cutoff));
  if (best === 0) return () => 0;
  return (ranking) => {
    const visible = visibleRanking(ranking, judgments, params);
    return discounted(visible.map((id) => gainOf(judgments.get(id), params))) / best;
  };
}

/** A document without a judgment gains nothing, even if `gains` give a grade of 0 a gain. */
function gainOf(grade: number | undefined, params: MeasureParams): number {
  return grade === undefined ? 0 : gain(grade, params);
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
