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
