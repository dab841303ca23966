import { describe, InvalidInputError } from "../errors.js";
import type { Candidates } from "./types.js";

/**
 * The score under a metadata key of every candidate. BigInts become numbers, since databases return integers that way.
 *
 * @throws InvalidInputError if a document has no number under the key.
 */
export function metadataScores(
  { documents, indexes }: Pick<Candidates, "documents" | "indexes">,
  key: string,
): number[] {
  return documents.map((document, i) => {
    const value: unknown = document.metadata?.[key];
    const score = typeof value === "bigint" ? Number(value) : value;
    if (typeof score === "number" && !Number.isNaN(score)) return score;
    const id = document.id === undefined ? "" : ` of document "${document.id}"`;
    const cause = value === null ? " JSON, and with it LangGraph's checkpoints, turns ±Infinity into null." : "";
    throw new InvalidInputError(
      `documents[${indexes[i]}].metadata.${key}`,
      `the first-stage score${id} is ${value === undefined ? "missing" : describe(value)}, but every document needs a number that is higher for better documents.${cause} ` +
        "Use `embeddings` or another `firstStage` for documents without a score.",
    );
  });
}

/**
 * A warning for scores that look like distances, as most vector stores return: retrievers list the best document first, so the first
 * document should not have the lowest score.
 */
export function distanceWarning(scores: readonly number[], key: string): string | undefined {
  const [first] = scores;
  if (first === undefined || scores.some((score) => score < first) || scores.every((score) => score === first))
    return undefined;
  return (
    `The first document has the lowest \`metadata.${key}\` (${first}), so these may be distances, where lower is better. A first-stage ` +
    "score must be higher for better documents. Wrap the store in a `ScoredRetriever`, or store the negative distance."
  );
}
