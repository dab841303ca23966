import { Document, type DocumentInterface } from "@langchain/core/documents";
import type { ScoredReport } from "./base-reranker.js";
import type { RerankDetails, RerankReport } from "./types.js";

/** A new document with more metadata; the one given is left as it is. */
export function copyWith({ pageContent, id, metadata }: DocumentInterface, added: Record<string, unknown>): Document {
  return new Document({
    pageContent,
    metadata: { ...metadata, ...added },
    ...(id === undefined ? {} : { id }),
  });
}

/** A document in the place that it came in, after a failure: no score, not even an older one, and what went wrong. */
export function unscored(document: DocumentInterface, index: number, scoreKey: string, error: string): Document {
  const rerank: RerankDetails = { rank: index + 1, firstRank: index + 1, scores: {}, error };
  const copy = copyWith(document, { rerank });
  delete copy.metadata[scoreKey];
  return copy;
}

/** What a call did, with what is known of it over the defaults. `started` is of `performance.now()`. */
export function makeReport(
  model: string,
  started: number,
  documents: number,
  returned: number,
  known: ScoredReport = {},
): RerankReport {
  return {
    model,
    documents,
    returned,
    scored: 0,
    truncated: 0,
    ...known,
    milliseconds: { total: performance.now() - started, ...known.milliseconds },
  };
}
