import type { JobStats } from "../../../inference/protocol.js";
import type { ScorerReport } from "../../relevance-scorer.js";

/** Statistics of one call. */
export type Counts = Required<Pick<ScorerReport, "batches" | "tokens">> & {
  milliseconds: { tokenize: number; inference: number; compare: number };
  cache: { hits: number; stored: number; misses: number; damaged: number };
};

export function startCounts(): Counts {
  return {
    ...{ batches: 0, tokens: 0, milliseconds: { tokenize: 0, inference: 0, compare: 0 } },
    cache: { hits: 0, stored: 0, misses: 0, damaged: 0 },
  };
}

export function addStats(counts: Counts, { batches, tokens, ...milliseconds }: JobStats): void {
  counts.batches += batches;
  counts.tokens += tokens;
  for (const stage of ["tokenize", "inference", "compare"] as const) counts.milliseconds[stage] += milliseconds[stage];
}
