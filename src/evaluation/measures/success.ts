import { type MeasureDeclaration, visibleRanking } from "./declaration.js";

/** 1 where at least one relevant document is among the first k, else 0. Elsewhere also called hit rate. */
export const Success: MeasureDeclaration = {
  name: "Success",
  aliases: [],
  description: "1 when a relevant document is among the first k",
  params: { cutoff: { required: true }, rel: { default: 1 }, judged_only: { default: false } },
  compute(ranking, judgements, params) {
    const rel = params.rel ?? 1;
    return visibleRanking(ranking, judgements, params).some((id) => (judgements.get(id) ?? 0) >= rel) ? 1 : 0;
  },
};
