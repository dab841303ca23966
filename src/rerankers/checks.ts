import type { DocumentInterface } from "@langchain/core/documents";
import { InvalidInputError, InvalidResponseError } from "../errors.js";
import {
  abortSignal,
  anything,
  type Check,
  type Checks,
  expecting,
  finiteNumber,
  flag,
  functionFor,
  milliseconds,
  number,
  oneOf,
  positiveInteger,
} from "../options.js";
import type { BaseRerankerInput, RerankCallOptions } from "./types.js";

/** Options that every reranker takes. */
export const BASE_CHECKS = {
  topN: positiveInteger,
  threshold: finiteNumber,
  scoreKey: expecting(
    'the name of a metadata key other than "rerank", which holds the details',
    (value) => typeof value === "string" && value !== "" && value !== "rerank",
  ),
  text: functionFor("a function from a document to the text to score"),
  details: flag,
  timeout: milliseconds,
  signal: abortSignal,
  onError: oneOf(["throw", "keep-order"]),
} satisfies Checks<BaseRerankerInput>;

/** Options of one call. */
export const CALL_CHECKS = {
  topN: BASE_CHECKS.topN,
  threshold: BASE_CHECKS.threshold,
  details: BASE_CHECKS.details,
  timeout: BASE_CHECKS.timeout,
  signal: BASE_CHECKS.signal,
  callbacks: anything,
} satisfies Checks<RerankCallOptions>;

/** The name of a metadata key. */
export const metadataKey: Check = expecting(
  "the name of a metadata key",
  (value) => typeof value === "string" && value !== "",
);

const probability = number(0, 1);

/** @throws InvalidOptionError if the threshold of scores that are probabilities is not between 0 and 1. */
export function checkThreshold(threshold: number | undefined): void {
  if (threshold !== undefined) probability("threshold", threshold);
}

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
  if (typeof query !== "string" || query.trim() === "")
    throw new InvalidInputError("query", "it must be a non-blank string.");
  if (!Array.isArray(documents))
    throw new InvalidInputError("documents", "it must be an array of LangChain documents.");
  return documents.map((document, index) => {
    if (typeof document?.pageContent !== "string") {
      throw new InvalidInputError(
        `documents[${index}].pageContent`,
        "it must be a string. Is this a LangChain document?",
      );
    }
    const text = textOf(document);
    if (typeof text !== "string")
      throw new InvalidInputError(`documents[${index}]`, "the `text` option returned something that is not a string.");
    return text;
  });
}

/** @throws InvalidResponseError unless there is one finite number per text. */
export function checkScores(backend: string, scores: readonly number[], count: number): void {
  if (!Array.isArray(scores) || scores.length !== count) {
    const found = Array.isArray(scores) ? scores.length : "no";
    throw new InvalidResponseError(backend, `${count} texts were sent, but ${found} scores came back.`);
  }
  const bad = scores.findIndex((score) => typeof score !== "number" || !Number.isFinite(score));
  if (bad >= 0)
    throw new InvalidResponseError(backend, `the score of text ${bad} is ${String(scores[bad])}, not a finite number.`);
}
