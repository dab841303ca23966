import { Document, type DocumentInterface } from "@langchain/core/documents";
import { InvalidInputError } from "../errors.js";
import { identifyDocuments } from "../identify-documents.js";
import { type Checks, flag, functionFor, positiveInteger } from "../options.js";
import { warningHandler } from "./checks.js";
import type { Dataset } from "./dataset.js";
import { isTheQuery } from "./query-among-candidates.js";
import { trecOrder } from "./ranking.js";
import type { CorpusDocument, WarningHandler } from "./types.js";
import { warnIds, warnOnConsole } from "./warnings.js";

/** The first stage's candidates for one query, best first. */
export interface QueryCandidates {
  id: string;
  query: string;
  documents: readonly CorpusDocument[];
  /** First-stage score of each document; undefined if every document of the corpus is a candidate. */
  scores: readonly number[] | undefined;
}

/** How candidates are chosen and shown to the reranker. */
export interface CandidateOptions {
  /** Number of candidates per query, from the top of the run. @default all documents of the run */
  depth?: number | undefined;
  /**
   * Ignore, for each query, the document with the query's own id, as published results for ArguAna and Quora do.
   * @default false
   */
  ignoreIdenticalIds?: boolean | undefined;
  /** The text of a document that is scored. @default title, a line break, and text */
  text?: ((document: CorpusDocument) => string) | undefined;
  /** Receives warnings about the data. @default console.warn */
  onWarning?: WarningHandler | undefined;
}

/** Checks of {@link CandidateOptions}. */
export const CANDIDATE_CHECKS = {
  depth: positiveInteger,
  ignoreIdenticalIds: flag,
  text: functionFor("a function from a document to its text"),
  onWarning: warningHandler,
} satisfies Checks<CandidateOptions>;

/**
 * Candidates of every judged query. Queries that are not in the run have none.
 *
 * @throws InvalidInputError when the run contains a document that is not in the corpus: an order of the rest would mean nothing.
 */
export function listCandidates(data: Dataset, options: CandidateOptions): QueryCandidates[] {
  const { depth, ignoreIdenticalIds = false, onWarning = warnOnConsole } = options;
  const all = [...data.corpus.values()];
  const themselves: string[] = [];
  const judged = [...data.queries].filter(([id]) => data.qrels.has(id));
  const candidates = judged.map(([id, query]): QueryCandidates => {
    const scores = data.run?.get(id) ?? new Map<string, number>();
    const ranked = data.run ? trecOrder(scores).map((document) => findDocument(data, id, document)) : all;
    const documents = (ignoreIdenticalIds ? ranked.filter((document) => document.id !== id) : ranked).slice(0, depth);
    if (documents.some((document) => isTheQuery({ id, query }, document))) themselves.push(id);
    return { id, query, documents, scores: data.run && documents.map((document) => scores.get(document.id)!) };
  });
  warnIds(
    "query-among-candidates",
    themselves,
    (n) => `queries that are among their own candidates under the same id, which ignoreIdenticalIds leaves out: ${n}`,
    onWarning,
  );
  return candidates;
}

function findDocument(data: Dataset, query: string, id: string): CorpusDocument {
  const document = data.corpus.get(id);
  if (document) return document;
  throw new InvalidInputError(
    `run["${query}"]`,
    `It contains document "${id}", which is not in the corpus "${data.name}".`,
  );
}

/** LangChain documents with the id, the title under `title`, and the first-stage score under `scoreKey`. */
export function toDocuments(
  candidates: QueryCandidates,
  text: (document: CorpusDocument) => string,
  scoreKey: string,
): Document[] {
  return candidates.documents.map(
    (document, index) =>
      new Document({
        id: document.id,
        pageContent: text(document),
        metadata: {
          _id: document.id,
          title: document.title,
          ...(candidates.scores && { [scoreKey]: candidates.scores[index] }),
        },
      }),
  );
}

/**
 * Finds out which candidate each returned document is: by its `id`, by `metadata._id`, or by its text if only one candidate has it.
 *
 * @returns Indexes of candidates, in the order returned.
 * @throws InvalidResponseError when a document is not one of the candidates, or is returned twice.
 */
export function identify(name: string, given: readonly Document[], returned: readonly DocumentInterface[]): number[] {
  const byId = new Map(given.map(({ id }, index) => [id, index]));
  const texts = given.map(({ pageContent }) => pageContent);
  return identifyDocuments(name, texts, returned, ({ id, metadata }) => byId.get(id) ?? byId.get(metadata?._id));
}
