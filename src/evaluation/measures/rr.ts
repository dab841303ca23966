import { type MeasureDeclaration, visibleRanking } from "./declaration.js";
import { CUTOFF, JUDGED_ONLY, REL } from "./parameters.js";

/** Reciprocal rank: 1 / rank of the first relevant document, 0 if there is none. Its mean over queries is known as MRR. */
export const RR: MeasureDeclaration = {
  name: "RR",
  aliases: ["MRR"],
  description: "1 / rank of the first relevant document.",
  citation: "Kantor, P. and Voorhees, E.: The TREC-5 Confusion Track. Information Retrieval 2, 2000.",
  parameters: { cutoff: CUTOFF, rel: REL, judged_only: JUDGED_ONLY },
  compute(ranking, judgments, params) {
    const visible = visibleRanking(ranking, judgments, params);
    const index = visible.findIndex((id) => (judgments.get(id) ?? 0) >= params.rel!);
    return index === -1 ? 0 : 1 / (index + 1);
  },
};
