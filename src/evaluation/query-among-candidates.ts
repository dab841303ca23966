import type { CorpusDocument, Run } from "./types.js";

/**
 * In data sets such as ArguAna and Quora, queries are documents of the corpus and share their ids. The query then finds itself first, and
 * no metric can be compared with published ones.
 */

/** A run without, for each query, the document with the query's own id. */
export function withoutQueryIds(run: Run): Run {
  return new Map(
    Array.from(run, ([query, scores]) => [
      query,
      scores.has(query) ? new Map([...scores].filter(([document]) => document !== query)) : scores,
    ]),
  );
}

/** Whether the document with the query's id really is the query. Numeric ids often coincide by chance. */
export function isTheQuery(query: { id: string; query: string }, document: CorpusDocument): boolean {
  if (document.id !== query.id) return false;
  return squeeze(`${document.title} ${document.text}`).includes(squeeze(query.query));
}

function squeeze(text: string): string {
  return text.toLowerCase().replace(/\s+/g, " ").trim();
}
