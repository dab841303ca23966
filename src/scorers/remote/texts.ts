import { checkQuery, checkTexts } from "../../options.js";
import { isRequestTooLarge } from "./faults.js";

/** The query and the texts of a call that are sent, and a way back to all of its texts. */
export interface PreparedTexts {
  readonly query: string;
  readonly texts: readonly string[];
  /** Index among all texts of each of `texts`. */
  readonly indexes: readonly number[];
  /** Puts one value per text back at the indexes of all texts, with `blank` for every blank one. */
  restore<T>(values: readonly T[], blank: T): T[];
}

/**
 * Checks the input of a call and leaves out blank texts, which servers refuse or score at random. Lone surrogates, which are halves of a
 * character, become U+FFFD: strict servers refuse a whole request because of one.
 *
 * @throws InvalidInputError if the query is blank or something is not a string.
 */
export function prepareTexts(query: unknown, texts: unknown): PreparedTexts {
  checkQuery(query);
  checkTexts(texts);
  const kept: string[] = [];
  const indexes: number[] = [];
  const count = texts.length;
  for (let index = 0; index < count; index++) {
    const text = texts[index]!;
    if (text.trim() === "") continue;
    kept.push(wellFormed(text));
    indexes.push(index);
  }
  return {
    query: wellFormed(query),
    texts: kept,
    indexes,
    restore<T>(values: readonly T[], blank: T): T[] {
      const restored = new Array<T>(count).fill(blank);
      values.forEach((value, position) => {
        restored[indexes[position]!] = value;
      });
      return restored;
    },
  };
}

/** Runtimes from before ES2024 lack the method, which needs no look at the text where it is stored in one byte per character. */
const wellFormed = (text: string & { toWellFormed?: () => string }): string =>
  text.toWellFormed?.() ?? text.replace(/\p{Surrogate}/gu, "\uFFFD");

/** Limits of one request. */
export interface RequestLimits {
  maxTexts: number;
  /** Most UTF-8 bytes of text. */
  maxBytes?: number | undefined;
  /** Maximum number of tokens, by {@link estimateTokens}; the query counts once per text. */
  maxTokens?: number | undefined;
}

/**
 * Splits texts into as few requests as the limits allow, of equal size, so that concurrent requests end together. A text that exceeds a
 * limit alone gets a request to itself.
 */
export function splitTexts(query: string, texts: readonly string[], limits: RequestLimits): string[][] {
  const { maxTexts, maxBytes = Number.POSITIVE_INFINITY, maxTokens = Number.POSITIVE_INFINITY } = limits;
  const size = Math.ceil(texts.length / Math.ceil(texts.length / maxTexts));
  const limited = Number.isFinite(maxBytes) || Number.isFinite(maxTokens);
  const queryTokens = limited ? estimateTokens(utf8Bytes(query)) : 0;
  const requests: string[][] = [];
  let current: string[] = [];
  let bytes = 0;
  let tokens = 0;
  for (const text of texts) {
    const textBytes = limited ? utf8Bytes(text) : 0;
    const textTokens = queryTokens + estimateTokens(textBytes);
    const full = current.length >= size || bytes + textBytes > maxBytes || tokens + textTokens > maxTokens;
    if (full && current.length > 0) {
      requests.push(current);
      current = [];
      bytes = 0;
      tokens = 0;
    }
    current.push(text);
    bytes += textBytes;
    tokens += textTokens;
  }
  if (current.length > 0) requests.push(current);
  return requests;
}

const encoder = new TextEncoder();
const utf8Bytes = (text: string): number => encoder.encode(text).byteLength;

/**
 * Estimates tokens as one per three UTF-8 bytes. That is about one per character of Chinese and one per three letters of English, which
 * is more than the tokenizers of rerankers need, so that a request stays below a provider's limit.
 */
export function estimateTokens(bytes: number): number {
  return Math.ceil(bytes / 3);
}

/**
 * Sends a request for some texts, and if the server refuses it for its size, sends its two halves. A half that is refused too is an error:
 * halving on would only hide a `maxBatchSize` that is far too large.
 *
 * @returns One result for the whole, or two for the halves, in the order of the texts.
 */
export async function wholeOrHalves<T>(
  texts: readonly string[],
  ask: (texts: readonly string[]) => Promise<T>,
): Promise<T[]> {
  try {
    return [await ask(texts)];
  } catch (error) {
    if (texts.length < 2 || !isRequestTooLarge(error)) throw error;
    const middle = Math.ceil(texts.length / 2);
    return [await ask(texts.slice(0, middle)), await ask(texts.slice(middle))];
  }
}

/** The warning about requests that were sent again in halves; none if there were none. */
export function halvedWarning(parts: readonly (readonly unknown[])[]): string[] {
  const halved = parts.filter((part) => part.length > 1).length;
  if (halved === 0) return [];
  return [
    `The server refused ${halved} of ${parts.length} requests for their size; they were sent again in halves. Lower \`maxBatchSize\`.`,
  ];
}
