import { type MeasureDeclaration, visibleRanking } from "./declaration.js";
import { CUTOFF } from "./parameters.js";

/**
 * Share of the first k documents that have a judgment, whatever the grade; of all returned documents if there are fewer than k.
 * When it is low, the other measures say little. 0 if nothing was returned.
 */
export const Judged: MeasureDeclaration = {
  name: "Judged",
  description: "Share of the first k documents that have a judgment.",
  citation: "As in ir_measures: MacAvaney, Macdonald and Ounis. ECIR 2022.",
  parameters: { cutoff: CUTOFF },
  compute(ranking, judgments, params) {
    const visible = visibleRanking(ranking, judgments, params);
    return visible.length === 0 ? 0 : visible.filter((id) => judgments.has(id)).length / visible.length;
  },
};
