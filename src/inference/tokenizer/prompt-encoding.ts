import type { PromptTemplate } from "../../models/types.js";
import type { TextSpan } from "../../text-span.js";
import type { Encoded } from "./pair-encoding.js";
import { cutPassages, PASSAGE_LENGTH } from "./passages.js";

/** What of a tokenizer prompts need. */
interface TextEncoder {
  encode(text: string): number[];
}

/** A pair in its prompt, and the part of the document that it holds when not all. */
export interface PromptedPair {
  encoded: Encoded;
  span?: TextSpan;
}

/** Passages of fewer tokens say too little to be scored. */
const LEAST_PASSAGE = 8;

/** The query takes at most this share of what prefix and suffix leave. */
const QUERY_SHARE = 0.75;

/**
 * Puts pairs into a model's prompt. Prefix and suffix always stand; the body in between is cut at its end, which is the document's, as the
 * reference does it. Only a query that alone takes over three quarters of the room is cut itself.
 *
 * @param passages Tokens that a passage of a document may have, and the share of it that the next one repeats. Without a length, only
 *   documents that do not fit are split. Undefined: documents are cut, not split.
 */
export function encodePrompts(
  tokenizer: TextEncoder,
  prompt: PromptTemplate,
  query: string,
  documents: readonly string[],
  maxLength: number,
  passages?: { length: number | undefined; overlap: number },
): PromptedPair[][] {
  const prefix = tokenizer.encode(prompt.prefix);
  const suffix = tokenizer.encode(prompt.suffix);
  const room = maxLength - prefix.length - suffix.length;
  const [before, after] = split(prompt, "{document}");
  const fill = (text: string) => (document: string) => before.replace("{query}", () => text) + document + after;
  const fitting = fitQuery(tokenizer, query, Math.floor(room * QUERY_SHARE));
  const body = fill(fitting);
  const head = [...prefix, ...tokenizer.encode(body("").trimEnd())];
  const encode = (document: string): Encoded => {
    const ids = tokenizer.encode(body(document));
    const whole = [...prefix, ...ids.slice(0, room), ...suffix];
    const shared = head.every((id, index) => whole[index] === id) ? head.length : 0;
    return {
      ids: whole,
      types: new Array(whole.length).fill(0),
      truncated: ids.length > room || fitting !== query,
      shared,
    };
  };
  const documentRoom = room - (head.length - prefix.length);
  const limit = Math.min(documentRoom, passages?.length ?? PASSAGE_LENGTH);
  return documents.map((document) => {
    const encoded = encode(document);
    if (!passages || limit < LEAST_PASSAGE) return [{ encoded }];
    const count = (piece: string) => tokenizer.encode(piece).length;
    if (!encoded.truncated && count(document) <= (passages.length ?? documentRoom)) return [{ encoded }];
    const spans = cutPassages(document, limit, Math.floor(limit * passages.overlap), count);
    return spans.map((span) => ({ encoded: encode(document.slice(span.start, span.end)), span }));
  });
}

function split({ body, instruction }: PromptTemplate, slot: string): [before: string, after: string] {
  const filled = body.replace("{instruction}", () => instruction);
  const at = filled.indexOf(slot);
  return [filled.slice(0, at), filled.slice(at + slot.length)];
}

/** The longest beginning of a query that has at most so many tokens. */
function fitQuery(tokenizer: TextEncoder, query: string, limit: number): string {
  if (tokenizer.encode(query).length <= limit) return query;
  const characters = Array.from(query);
  let fits = 0;
  let tooLong = characters.length;
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >> 1;
    if (tokenizer.encode(characters.slice(0, middle).join("")).length <= limit) fits = middle;
    else tooLong = middle;
  }
  return characters.slice(0, fits).join("");
}
