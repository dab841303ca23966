import { type MeasureDeclaration, visibleRanking } from "./declaration.js";

/** Reciprocal rank (Kantor and Voorhees, 2000): 1 over the rank of the first relevant document, 0 where there is none. Its mean is MRR. */
export const RR: MeasureDeclaration = {
  name: "RR",
  aliases: ["MRR"],
  description: "1 / rank of the first relevant document",
  params: { cutoff: {}, rel: { default: 1 }, judged_only: { default: false } },
  compute(ranking, judgements, params) {
    const rel = params.rel ?? 1;
    const index = visibleRanking(ranking, judgements, params).findIndex((id) => (judgements.get(id) ?? 0) >= rel);
    return index === -1 ? 0 : 1 / (index + 1);
  },
};
