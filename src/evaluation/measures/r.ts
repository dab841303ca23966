import { countRelevant, type MeasureDeclaration, visibleRanking } from "./declaration.js";

/** Recall: relevant documents among the first k, over all relevant documents; 0 where there are none. 0–1. */
export const R: MeasureDeclaration = {
  name: "R",
  aliases: ["Recall"],
  description: "share of the relevant documents that is among the first k",
  params: { cutoff: { required: true }, rel: { default: 1 }, judged_only: { default: false } },
  compute(ranking, judgements, params) {
    const rel = params.rel ?? 1;
    const relevant = countRelevant(judgements, rel);
    if (relevant === 0) return 0;
    const found = visibleRanking(ranking, judgements, params).filter((id) => (judgements.get(id) ?? 0) >= rel);
    return found.length / relevant;
  },
};
