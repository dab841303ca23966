import { Document, type DocumentInterface } from "@langchain/core/documents";
import { InvalidInputError, InvalidResponseError } from "../errors.js";
import type { Dataset } from "./files/beir.js";
import { trecOrder } from "./ranking.js";
import type { CorpusDocument } from "./types.js";

/** The first stage's candidates for one query, best first. */
export interface QueryCandidates {
  id: string;
  query: string;
  documents: readonly CorpusDocument[];
  /** First-stage scores, place by place; undefined where every document of the corpus is a candidate. */
  scores: readonly number[] | undefined;
}

/** How candidates are chosen and shown. */
export interface CandidateOptions {
  /** How many of the run's best are candidates. Default: all that the run holds. */
  depth?: number | undefined;
  /** What of a document is its text. Default: title, a line break, text; only the text where there is no title. */
  text?: ((document: CorpusDocument) => string) | undefined;
}

/** A document's title and text as one. */
export function titleAndText({ title, text }: CorpusDocument): string {
  return title ? `${title}\n${text}` : text;
}

/**
 * Candidates of every judged query. Queries that the run does not hold have none, and so count 0.
 *
 * @throws InvalidInputError when the run names a document that the corpus lacks: no order of the rest would say anything about it.
 */
export function listCandidates(data: Dataset, depth?: number): QueryCandidates[] {
  const all = [...data.corpus.values()];
  return Array.from(data.queries, ([id, query]) => {
    if (!data.run) return { id, query, documents: all.slice(0, depth), scores: undefined };
    const scores = data.run.get(id) ?? new Map<string, number>();
    const order = trecOrder(scores).slice(0, depth);
    return {
      id,
      query,
      documents: order.map((document) => findDocument(data, id, document)),
      scores: order.map((document) => scores.get(document)!),
    };
  });
}

function findDocument(data: Dataset, query: string, id: string): CorpusDocument {
  const document = data.corpus.get(id);
  if (document) return document;
  throw new InvalidInputError(`run["${query}"]`, `holds document "${id}", which the corpus "${data.name}" lacks`);
}

/** LangChain documents with the id, the title under `title`, and the first-stage score under `scoreKey`. */
export function toDocuments(
  candidates: QueryCandidates,
  text: (document: CorpusDocument) => string,
  scoreKey: string,
): Document[] {
  return candidates.documents.map(
    (document, place) =>
      new Document({
        id: document.id,
        pageContent: text(document),
        metadata: {
          _id: document.id,
          title: document.title,
          ...(candidates.scores && { [scoreKey]: candidates.scores[place] }),
        },
      }),
  );
}

/**
 * Which candidate each returned document is: by its `id`, by `metadata._id`, or by its text where only one has it.
 *
 * @returns Places among the candidates, in the order returned.
 * @throws InvalidResponseError for a document that is none of them, or that comes twice.
 */
export function identify(name: string, given: readonly Document[], returned: readonly DocumentInterface[]): number[] {
  const byId = new Map(given.map((document, place) => [document.id, place]));
  const byText = new Map<string, number | undefined>();
  given.forEach((document, place) => {
    byText.set(document.pageContent, byText.has(document.pageContent) ? undefined : place);
  });
  const places = returned.map((document, index) => {
    const place =
      byId.get(document.id) ?? byId.get(document.metadata?._id as string) ?? byText.get(document.pageContent);
    if (place !== undefined) return place;
    throw new InvalidResponseError(name, `document ${index} that came back is none of the ${given.length} candidates`);
  });
  if (new Set(places).size === places.length) return places;
  const twice = places.find((place, index) => places.indexOf(place) !== index)!;
  throw new InvalidResponseError(name, `candidate "${given[twice]!.id}" came back twice`);
}
