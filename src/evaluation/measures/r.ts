import { countRelevant, type MeasureDeclaration, visibleRanking } from "./declaration.js";
import { JUDGED_ONLY, REL, REQUIRED_CUTOFF } from "./parameters.js";

/** Recall: relevant documents among the first k, divided by all relevant documents; 0 if there are none. Between 0 and 1. */
export const R: MeasureDeclaration = {
  name: "R",
  aliases: ["Recall"],
  description: "Share of the relevant documents that is among the first k.",
  citation: "Cleverdon, C. W.: The Cranfield Tests on Index Language Devices. Aslib Proceedings 19, 1967.",
  parameters: { cutoff: REQUIRED_CUTOFF, rel: REL, judged_only: JUDGED_ONLY },
  compute(ranking, judgments, params) {
    const relevant = countRelevant(judgments, params.rel!);
    if (relevant === 0) return 0;
    const found = visibleRanking(ranking, judgments, params).filter((id) => (judgments.get(id) ?? 0) >= params.rel!);
    return found.length / relevant;
  },
};
