import { describe, InvalidInputError } from "./errors.js";

/** @throws InvalidInputError if the query is not a string, or is blank. */
export function checkQuery(query: unknown): asserts query is string {
  if (typeof query !== "string" || query.trim() === "")
    throw new InvalidInputError("query", "it must be a non-blank string.");
}

/**
 * @param input Which text it is, for the message: `texts[3]`.
 * @throws InvalidInputError if the text is not a string.
 */
export function checkText(text: unknown, input: string): asserts text is string {
  if (typeof text !== "string") throw new InvalidInputError(input, `expected a string, got ${describe(text)}.`);
}

/** @throws InvalidInputError if the texts are not an array, or one of them is not a string. */
export function checkTexts(texts: unknown): asserts texts is readonly string[] {
  if (!Array.isArray(texts))
    throw new InvalidInputError("texts", `expected an array of strings, got ${describe(texts)}.`);
  // Unlike forEach, this visits the holes of a sparse array.
  for (const [index, text] of texts.entries()) checkText(text, `texts[${index}]`);
}
