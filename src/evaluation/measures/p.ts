import { type MeasureDeclaration, visibleRanking } from "./declaration.js";

/** Precision (van Rijsbergen, 1979): relevant documents among the first k, over k, also where fewer than k were returned. 0–1. */
export const P: MeasureDeclaration = {
  name: "P",
  aliases: ["Precision"],
  description: "share of the first k that is relevant",
  params: { cutoff: { required: true }, rel: { default: 1 }, judged_only: { default: false } },
  compute(ranking, judgements, params) {
    const rel = params.rel ?? 1;
    const found = visibleRanking(ranking, judgements, params).filter((id) => (judgements.get(id) ?? 0) >= rel);
    return found.length / params.cutoff!;
  },
};
