import { CallbackManager, type Callbacks } from "@langchain/core/callbacks/manager";
import { Document, type DocumentInterface } from "@langchain/core/documents";
import { copyPlain } from "../copy-plain.js";
import { describe, InvalidInputError } from "../errors.js";
import { checkQuery } from "../options.js";
import type { RerankDetails, RerankReport, ScoredReport } from "./types.js";

/**
 * The text of each document that is scored.
 *
 * @throws InvalidInputError if the query is blank, or `documents` is not an array of documents with text.
 */
export function readTexts(
  documents: DocumentInterface[],
  query: string,
  textOf: (document: DocumentInterface) => string,
): string[] {
  checkQuery(query);
  if (!Array.isArray(documents))
    throw new InvalidInputError("documents", `expected an array of LangChain documents, got ${describe(documents)}.`);
  // Unlike `map`, this visits the holes of a sparse array.
  return Array.from(documents, (document, index) => {
    if (typeof document?.pageContent !== "string") {
      const problem = `expected a string, got ${describe(document?.pageContent)}. Is this a LangChain document?`;
      throw new InvalidInputError(`documents[${index}].pageContent`, problem);
    }
    const text = textOf(document);
    if (typeof text !== "string")
      throw new InvalidInputError(`documents[${index}]`, "the `text` option returned something that is not a string.");
    return text;
  });
}

/**
 * A copy of a document with more metadata. The copy has the same class and fields; the document passed in, and its metadata object, are
 * not changed. A plain object becomes a LangChain `Document`.
 */
export function copyWith(document: DocumentInterface, added: Record<string, unknown>): DocumentInterface {
  const prototype = Object.getPrototypeOf(document);
  const isPlain = prototype === Object.prototype || prototype === null;
  const fields: PropertyDescriptorMap = Object.getOwnPropertyDescriptors(document);
  // Plain values, because an accessor may have no setter, or read a private field, which a copy does not have.
  const { pageContent, id } = document;
  const values = { pageContent, metadata: { ...document.metadata, ...added }, ...("id" in document && { id }) };
  Object.assign(fields, Object.getOwnPropertyDescriptors(values));
  // The copy of a frozen document is not frozen.
  for (const key of Reflect.ownKeys(fields) as string[]) {
    fields[key]!.configurable = true;
    if ("value" in fields[key]!) fields[key].writable = true;
  }
  return Object.create(isPlain ? Document.prototype : prototype, fields);
}

/** A copy of a document with its score and, if they are wanted, details. */
export function scoredCopy(
  document: DocumentInterface,
  scoreKey: string,
  score: number,
  rerank: RerankDetails | undefined,
): DocumentInterface {
  // The scorer may keep passages and spans, and equal texts share them.
  return copyWith(document, { [scoreKey]: score, ...copyPlain(rerank && { rerank }) });
}

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

/** The trace run of one call. Its methods do nothing if there are no listeners. */
export interface RerankRun {
  end(documents: readonly DocumentInterface[], report: RerankReport): Promise<void>;
  /** The call returns documents without scores: sends listeners a custom event, so that the fallback is visible. */
  warn(error: unknown): Promise<void>;
  fail(error: unknown): Promise<void>;
}

const UNOBSERVED: RerankRun = {
  end: async () => {},
  warn: async () => {},
  fail: async () => {},
};

/** Starts a run named after the reranker's class, as a child of the run that the callbacks belong to. */
export async function startRun(
  callbacks: Callbacks | undefined,
  name: string,
  inputs: { query: string; documents: readonly DocumentInterface[] },
  metadata: Record<string, unknown>,
): Promise<RerankRun> {
  const manager = CallbackManager.configure(callbacks, undefined, undefined, undefined, undefined, metadata);
  if (!manager) return UNOBSERVED;
  const serialized = { lc: 1, type: "not_implemented" as const, id: ["langchain-rerank", name] };
  const run = await manager.handleChainStart(serialized, inputs, undefined, undefined, undefined, undefined, name);
  return {
    async end(documents, report) {
      // Tracers keep the metadata object they got at the start, and there is no other way to add to it later.
      if (manager.metadata) Object.assign(manager.metadata, report);
      await run.handleChainEnd({ documents, report });
    },
    async warn(error) {
      const message = error instanceof Error ? error.message : String(error);
      await run.getChild().handleCustomEvent?.("rerank_fallback", { reranker: name, error: message }, run.runId);
    },
    fail: (error) => run.handleChainError(error),
  };
}

/**
 * The report of a call.
 *
 * @param started When the call began, as a value of `performance.now()`.
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
