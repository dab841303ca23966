import { countRelevant, type MeasureDeclaration, visibleRanking } from "./declaration.js";
import { CUTOFF, JUDGED_ONLY, REL } from "./parameters.js";

/**
 * Average precision: the precision at each relevant document in the ranking, summed and divided by the number of relevant documents.
 * Between 0 and 1. Its mean over queries is known as MAP.
 */
export const AP: MeasureDeclaration = {
  name: "AP",
  aliases: ["MAP"],
  description: "Mean of the precision at each relevant document.",
  citation: "Harman, D.: Evaluation Issues in Information Retrieval. Information Processing & Management 28(4), 1992.",
  parameters: { cutoff: CUTOFF, rel: REL, judged_only: JUDGED_ONLY },
  compute(ranking, judgments, params) {
    const rel = params.rel!;
    const relevant = countRelevant(judgments, rel);
    if (relevant === 0) return 0;
    let found = 0;
    let sum = 0;
    visibleRanking(ranking, judgments, params).forEach((id, index) => {
      if ((judgments.get(id) ?? 0) < rel) return;
      found++;
      sum += found / (index + 1);
    });
    return sum / relevant;
  },
};
