import type { DocumentInterface } from "@langchain/core/documents";
import { copyWith } from "../copy-document.js";
import type { RerankDetails, RerankReport, ScoredReport } from "./types.js";

/** A copy of a document at its index in the input, after a failure: it has no score, not even an older one, and says what went wrong. */
export function unscored(
  document: DocumentInterface,
  index: number,
  scoreKey: string,
  error: string,
): DocumentInterface {
  const rerank: RerankDetails = { rank: index + 1, firstRank: index + 1, scores: {}, error };
  const copy = copyWith(document, { rerank });
  delete copy.metadata[scoreKey];
  return copy;
}

/**
 * The report of a call.
 *
 * @param started When the call began, of `performance.now()`.
 * @param known What is known beyond the defaults.
 */
export function makeReport(
  model: string,
  started: number,
  documents: number,
  returned: number,
  known: ScoredReport,
): RerankReport {
  return {
    model,
    documents,
    returned,
    scored: 0,
    truncated: 0,
    ...known,
    milliseconds: { ...known.milliseconds, total: performance.now() - started },
  };
}
