import { countRelevant, type MeasureDeclaration, visibleRanking } from "./declaration.js";

/**
 * Average precision (Harman, 1992): the precision at each relevant document of the ranking, summed and divided by the number of
 * relevant documents there are. 0–1. Its mean over queries is known as MAP.
 */
export const AP: MeasureDeclaration = {
  name: "AP",
  aliases: ["MAP"],
  description: "mean of the precision at each relevant document",
  params: { cutoff: {}, rel: { default: 1 }, judged_only: { default: false } },
  compute(ranking, judgements, params) {
    const rel = params.rel ?? 1;
    const relevant = countRelevant(judgements, rel);
    if (relevant === 0) return 0;
    let found = 0;
    let sum = 0;
    visibleRanking(ranking, judgements, params).forEach((id, index) => {
      if ((judgements.get(id) ?? 0) < rel) return;
      found++;
      sum += found / (index + 1);
    });
    return sum / relevant;
  },
};
