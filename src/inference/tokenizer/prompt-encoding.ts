import type { PromptTemplate } from "../../models/types.js";
import type { TextSpan } from "../../text-span.js";
import { cutPassages, PASSAGE_LENGTH } from "./passages.js";
import { type Encoded, QUERY_SHARE } from "./sequences.js";

/** The part of a tokenizer that prompts need. */
interface TextEncoder {
  encode(text: string): number[];
  /** More than `limit` ids if, and only if, the text has more. */
  encodeUpTo(text: string, limit: number): number[];
}

/** A pair in its prompt. */
export interface PromptedPair {
  encoded: Encoded;
  /** The passage of the document that the prompt contains, if it is not the whole document. */
  span?: TextSpan;
}

/** Passages with fewer tokens contain too little to be scored. */
const LEAST_PASSAGE = 8;

/** Characters per token that text rarely exceeds. */
const CHARACTERS_PER_TOKEN = 32;

/**
 * Puts pairs of one query and a document into a model's prompt. Prefix and suffix are always whole. The body between them is truncated at
 * its end, which is the document's end, as in the reference implementation. A query that takes up more than three quarters of the body
 * keeps its end.
 *
 * @param passages How documents that do not fit are split: the maximum number of tokens per passage (above which even documents that fit
 *   are split), and the share that the next passage repeats. Undefined: documents are truncated.
 * @returns The prompts of a document, one per passage.
 */
export function encodePrompts(
  tokenizer: TextEncoder,
  prompt: PromptTemplate,
  query: string,
  maxLength: number,
  passages?: { length: number | undefined; overlap: number },
): (document: string) => Iterable<PromptedPair> {
  const prefix = tokenizer.encode(prompt.prefix);
  const suffix = tokenizer.encode(prompt.suffix);
  const room = maxLength - prefix.length - suffix.length;
  const fitting = fitQuery(tokenizer, query, Math.floor(room * QUERY_SHARE));
  const [before, after] = bodyAround(prompt);
  const beforeDocument = before.replace("{query}", () => fitting);
  const head = [...prefix, ...tokenizer.encode((beforeDocument + after).trimEnd())];
  const encode = (document: string): Encoded => {
    const body = tokenizer.encodeUpTo(beforeDocument + document + after, room);
    const ids = [...prefix, ...body.slice(0, room), ...suffix];
    return {
      ids,
      types: new Array(ids.length).fill(0),
      truncated: body.length > room,
      ...(fitting === query ? {} : { queryTruncated: true }),
      shared: head.every((id, index) => ids[index] === id) ? head.length : 0,
    };
  };
  const documentRoom = room - (head.length - prefix.length);
  const limit = Math.min(documentRoom, passages?.length ?? PASSAGE_LENGTH);
  const count = (piece: string) => tokenizer.encode(piece).length;

  return function* (document) {
    const encoded = encode(document);
    const whole = !encoded.truncated && (!passages || count(document) <= (passages.length ?? documentRoom));
    if (whole || !passages || limit < LEAST_PASSAGE) {
      yield { encoded };
      return;
    }
    for (const span of cutPassages(document, limit, Math.floor(limit * passages.overlap), count))
      yield { encoded: encode(document.slice(span.start, span.end)), span };
  };
}

/** The prompt's body with its instruction, before and after the document. */
function bodyAround({ body, instruction }: PromptTemplate): [string, string] {
  const slot = "{document}";
  const filled = body.replace("{instruction}", () => instruction);
  const at = filled.indexOf(slot);
  return [filled.slice(0, at), filled.slice(at + slot.length)];
}

/** The longest end of a query that has at most `limit` tokens. */
function fitQuery(tokenizer: TextEncoder, query: string, limit: number): string {
  if (tokenizer.encodeUpTo(query, limit).length <= limit) return query;
  const characters = Array.from(query.slice(-limit * CHARACTERS_PER_TOKEN));
  let fits = 0;
  let tooLong = characters.length;
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >> 1;
    if (tokenizer.encode(characters.slice(-middle).join("")).length <= limit) fits = middle;
    else tooLong = middle;
  }
  return characters.slice(characters.length - fits).join("");
}
