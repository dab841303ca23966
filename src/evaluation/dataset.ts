import { InvalidInputError } from "../errors.js";
import type { Dataset } from "./files/beir.js";
import { toNestedMap } from "./nested.js";
import type { CorpusDocument, NestedNumbers } from "./types.js";

/** A value by id: a Map or a plain object. */
export type ById<T> = ReadonlyMap<string, T> | Readonly<Record<string, T>>;

/** A data set as `evaluate` and `tune` take it: what `readBeir` gives, or the same from your own Maps or plain objects. */
export interface DatasetInput {
  /** For reports. Default: `data`. */
  name?: string;
  /** Query text by id. */
  queries: ById<string>;
  /** Documents by id: their text, or text and title. */
  corpus: ById<string | { title?: string; text: string }>;
  /** Query id → document id → grade, an integer. */
  qrels: NestedNumbers;
  /** First-stage candidates: query id → document id → score. Without it every document is a candidate. */
  run?: NestedNumbers | undefined;
}

/**
 * Maps throughout, every value checked.
 *
 * @throws InvalidInputError that names what is of the wrong kind.
 */
export function toDataset({ name = "data", queries, corpus, qrels, run }: DatasetInput): Dataset {
  const texts = new Map<string, string>();
  for (const [id, query] of entries(queries, "queries")) {
    if (typeof query !== "string" || query.trim() === "")
      throw new InvalidInputError(`queries["${id}"]`, "must be a string that is not blank");
    texts.set(id, query);
  }
  const documents = new Map<string, CorpusDocument>();
  for (const [id, document] of entries(corpus, "corpus")) documents.set(id, toDocument(id, document));
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
  throw new InvalidInputError(
    `corpus["${id}"]`,
    "must be a text, or an object with `text` and, if there is one, `title`",
  );
}

function entries<T>(input: ById<T>, name: string): Iterable<[string, T]> {
  if (typeof input !== "object" || input === null)
    throw new InvalidInputError(name, "must be a Map or an object by id");
  return input instanceof Map ? input.entries() : Object.entries(input as Record<string, T>);
}
