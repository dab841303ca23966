import { type MeasureDeclaration, visibleRanking } from "./declaration.js";
import { JUDGED_ONLY, REL, REQUIRED_CUTOFF } from "./parameters.js";

/** 1 if at least one relevant document is among the first k, else 0. Also known as hit rate. */
export const Success: MeasureDeclaration = {
  name: "Success",
  description: "1 if a relevant document is among the first k, else 0.",
  citation: "As in ir_measures: MacAvaney, Macdonald and Ounis. ECIR 2022.",
  parameters: { cutoff: REQUIRED_CUTOFF, rel: REL, judged_only: JUDGED_ONLY },
  compute: (ranking, judgments, params) =>
    visibleRanking(ranking, judgments, params).some((id) => (judgments.get(id) ?? 0) >= params.rel!) ? 1 : 0,
};
