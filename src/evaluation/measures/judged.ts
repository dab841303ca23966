import { type MeasureDeclaration, visibleRanking } from "./declaration.js";

/**
 * Share of the first k documents that somebody judged, whatever the grade; of those returned where there are fewer than k.
 * Low values mean that the other figures say little. 0 where nothing was returned.
 */
export const Judged: MeasureDeclaration = {
  name: "Judged",
  aliases: [],
  description: "share of the first k that was judged at all",
  params: { cutoff: {} },
  compute(ranking, judgements, params) {
    const seen = visibleRanking(ranking, judgements, params);
    return seen.length === 0 ? 0 : seen.filter((id) => judgements.has(id)).length / seen.length;
  },
};
