import { type MeasureDeclaration, visibleRanking } from "./declaration.js";
import { JUDGED_ONLY, REL, REQUIRED_CUTOFF } from "./parameters.js";

/** Precision: relevant documents among the first k, divided by k even if fewer were returned. Between 0 and 1. */
export const P: MeasureDeclaration = {
  name: "P",
  aliases: ["Precision"],
  description: "Share of the first k documents that is relevant.",
  citation: "van Rijsbergen, C. J.: Information Retrieval. Butterworths, 1979.",
  parameters: { cutoff: REQUIRED_CUTOFF, rel: REL, judged_only: JUDGED_ONLY },
  compute(ranking, judgments, params) {
    const found = visibleRanking(ranking, judgments, params).filter((id) => (judgments.get(id) ?? 0) >= params.rel!);
    return found.length / params.cutoff!;
  },
};
