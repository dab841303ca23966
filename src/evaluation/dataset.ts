import { describe, InvalidInputError } from "../errors.js";
import { entries, toNestedMap } from "./nested-map.js";
import type { ById, CorpusDocument, Qrels, Run } from "./types.js";

/** A retrieval data set: what `readBeir` returns. */
export interface Dataset {
  /** For reports. */
  name: string;
  /** Query text by id. */
  queries: ReadonlyMap<string, string>;
  /** Documents by id. */
  corpus: ReadonlyMap<string, CorpusDocument>;
  /** Judgments: the grade of each judged document, by query id. */
  qrels: Qrels;
  /** First-stage candidates and their scores, if there is a run. */
  run?: Run;
}

/** A data set as `evaluate` and `tune` accept it: what `readBeir` returns, or your own Maps or plain objects. */
export interface DatasetInput {
  /** For reports. @default "data" */
  name?: string;
  /** Query text by id. */
  queries: ById<string>;
  /** Documents by id: their text, or text and title. */
  corpus: ById<string | { title?: string; text: string }>;
  /** Query id → document id → grade, an integer. */
  qrels: ById<ById<number>>;
  /** First-stage candidates: query id → document id → score. Without it, every document is a candidate. */
  run?: ById<ById<number>> | undefined;
}

/**
 * Converts the input to Maps and checks every value.
 *
 * @throws InvalidInputError when a value has the wrong type; the error names it.
 */
export function toDataset(input: DatasetInput): Dataset {
  if (typeof input !== "object" || input === null)
    throw new InvalidInputError("data", `Expected { queries, corpus, qrels, run? }, got ${describe(input)}.`);
  const { name = "data", queries, corpus, qrels, run } = input;
  const texts = new Map<string, string>();
  for (const [id, query] of entries(queries, "queries", "query id → text")) {
    if (typeof query !== "string" || query.trim() === "")
      throw new InvalidInputError(`queries["${id}"]`, "Expected a string that is not blank.");
    texts.set(id, query);
  }
  const documents = new Map<string, CorpusDocument>();
  for (const [id, document] of entries(corpus, "corpus", "document id → document")) {
    documents.set(id, toDocument(id, document));
  }
  return {
    name,
    queries: texts,
    corpus: documents,
    qrels: toNestedMap(qrels, "qrels", true),
    ...(run !== undefined && { run: toNestedMap(run, "run", false) }),
  };
}

function toDocument(id: string, document: string | { title?: string; text: string }): CorpusDocument {
  const { title = "", text } = typeof document === "string" ? { text: document } : (document ?? {});
  if (typeof text === "string" && typeof title === "string") return { id, title, text };
  throw new InvalidInputError(`corpus["${id}"]`, "Expected a string, or an object with `text` and optionally `title`.");
}
