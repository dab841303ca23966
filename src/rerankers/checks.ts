import type { DocumentInterface } from "@langchain/core/documents";
import { InvalidInputError, InvalidOptionError, InvalidResponseError } from "../errors.js";
import { checkCount, checkNumber, checkSignal } from "../options.js";
import type { BaseRerankerInput } from "./types.js";

/** Timers take no longer delay, in milliseconds. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/**
 * The text of each document that is scored.
 *
 * @throws InvalidInputError naming the argument at fault.
 */
export function readTexts(
  documents: DocumentInterface[],
  query: string,
  textOf: (document: DocumentInterface) => string,
): string[] {
  if (typeof query !== "string" || query.trim() === "")
    throw new InvalidInputError("query", "must be a string that is not blank.");
  if (!Array.isArray(documents)) throw new InvalidInputError("documents", "must be an array of LangChain documents.");
  return documents.map((document, index) => {
    if (typeof document?.pageContent !== "string") {
      throw new InvalidInputError(`documents[${index}].pageContent`, "must be a string; is this a LangChain document?");
    }
    const text = textOf(document);
    if (typeof text !== "string")
      throw new InvalidInputError(`documents[${index}]`, "the `text` option gave something that is no string.");
    return text;
  });
}

/** Refuses anything but one finite number a text. @throws InvalidResponseError */
export function checkScores(backend: string, scores: readonly number[], count: number): void {
  if (!Array.isArray(scores) || scores.length !== count) {
    throw new InvalidResponseError(
      backend,
      `${count} texts were sent, ${Array.isArray(scores) ? scores.length : "no"} scores came back.`,
    );
  }
  const bad = scores.findIndex((score) => typeof score !== "number" || !Number.isFinite(score));
  if (bad >= 0)
    throw new InvalidResponseError(backend, `the score of text ${bad} is ${String(scores[bad])}, not a finite number.`);
}

/** Refuses options of a call that are not what they should be. @throws InvalidOptionError */
export function checkCall(options: Pick<BaseRerankerInput, "topN" | "threshold" | "timeout" | "signal">): void {
  checkCount("topN", options.topN);
  checkNumber("threshold", options.threshold);
  checkNumber("timeout", options.timeout, 0, LONGEST_TIMEOUT);
  checkSignal("signal", options.signal);
}

/** Refuses keys that the score cannot be written to. @throws InvalidOptionError */
export function checkScoreKey(key: string | undefined): void {
  if (key === undefined) return;
  if (typeof key !== "string" || key === "" || key === "rerank")
    throw new InvalidOptionError("scoreKey", key, 'the name of a metadata key; "rerank" is taken by the details');
}
