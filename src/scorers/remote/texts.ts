import { InvalidInputError } from "../../errors.js";

/** Texts that can be sent, and where they stood. */
export interface SendableTexts {
  texts: string[];
  /** Position of each in the list that was given. */
  positions: number[];
}

/**
 * Checks what is to be scored and leaves out blank texts, which servers reject or score at random.
 * Lone surrogates, halves of a character that some text was cut through, become U+FFFD: strict servers refuse a whole request for one.
 *
 * @throws InvalidInputError
 */
export function prepareTexts(query: unknown, texts: unknown): SendableTexts & { query: string } {
  if (typeof query !== "string" || query.trim() === "")
    throw new InvalidInputError("query", "must be a text that is not blank");
  if (!Array.isArray(texts)) throw new InvalidInputError("texts", "must be an array of strings");
  const sendable: SendableTexts = { texts: [], positions: [] };
  texts.forEach((text: unknown, position) => {
    if (typeof text !== "string")
      throw new InvalidInputError(`texts[${position}]`, `must be a string, and is ${typeof text}`);
    if (text.trim() === "") return;
    sendable.texts.push(wellFormed(text));
    sendable.positions.push(position);
  });
  return { ...sendable, query: wellFormed(query) };
}

const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, "\uFFFD");

/** Puts values back where their texts stood, and `blank` where nothing was sent. */
export function restore<T>(values: readonly T[], positions: readonly number[], count: number, blank: T): T[] {
  const all = new Array<T>(count).fill(blank);
  positions.forEach((position, index) => {
    all[position] = values[index] as T;
  });
  return all;
}
