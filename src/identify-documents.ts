import type { DocumentInterface } from "@langchain/core/documents";
import { InvalidResponseError } from "./errors.js";

/**
 * Finds out which candidate each document is that a compressor returned: by its mark, or by its text if only one candidate has it.
 *
 * @param compressor Name of the compressor, for errors.
 * @param texts The candidates' texts.
 * @param markOf Returns the index of the candidate that a document is, if something in the document shows it.
 * @returns Indexes of candidates, in the order returned.
 * @throws InvalidResponseError if a document is not one of the candidates, cannot be distinguished from another one, or was returned twice.
 */
export function identifyDocuments(
  compressor: string,
  texts: readonly string[],
  returned: readonly DocumentInterface[],
  markOf: (document: DocumentInterface) => number | undefined,
): number[] {
  const byText = new Map<string, number | undefined>();
  texts.forEach((text, index) => {
    byText.set(text, byText.has(text) ? undefined : index);
  });
  const seen = new Set<number>();
  return returned.map((document, position) => {
    const index = markOf(document) ?? byText.get(document.pageContent);
    const problem =
      index !== undefined
        ? seen.has(index) && "was returned before"
        : byText.has(document.pageContent)
          ? "has the text of several candidates, and nothing tells which of them it is"
          : `is not one of the ${texts.length} candidates`;
    if (problem) throw new InvalidResponseError(compressor, `document ${position} of the result ${problem}.`);
    seen.add(index!);
    return index!;
  });
}
