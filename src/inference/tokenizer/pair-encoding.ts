/** One part of a sequence template: special tokens, or one of the texts. */
export type TemplatePart = { ids: readonly number[]; type: number } | { text: "A" | "B"; type: number };

/** Token ids of one sequence, with their segment ids. */
export interface Encoded {
  ids: number[];
  types: number[];
  /** The document, or the only text, was truncated to fit. */
  truncated: boolean;
  /** The query was truncated to fit. */
  queryTruncated?: boolean;
  /** Number of tokens at the beginning that all sequences of the request share. */
  shared?: number;
  /** Number of tokens at the end that no token attends to, although they attend to the others. */
  unattended?: number;
}

/** The query's largest share of the tokens that special tokens leave. */
export const QUERY_SHARE = 0.75;

/** Number of special tokens that a template adds around its texts. */
export function countSpecials(template: readonly TemplatePart[]): number {
  return template.reduce((count, part) => count + ("ids" in part ? part.ids.length : 0), 0);
}

/** Maximum number of query tokens in a pair. A longer query is truncated. */
export function maxQueryTokens(template: readonly TemplatePart[], maxLength: number): number {
  return Math.floor((maxLength - countSpecials(template)) * QUERY_SHARE);
}

/** How many tokens of the query and of the document fit a pair. */
export function pairRoom(
  template: readonly TemplatePart[],
  maxLength: number,
  queryLength: number,
): { query: number; document: number } {
  const query = Math.min(queryLength, maxQueryTokens(template, maxLength));
  return { query, document: maxLength - countSpecials(template) - query };
}

/**
 * Puts texts into a template. A document, or a text alone, keeps its beginning. A query that is too long keeps its end, because in long
 * queries (chat histories, prompts) the question comes last.
 *
 * @param a The query of a pair, or the only text.
 * @param b The document of a pair.
 */
export function encodeSequence(
  template: readonly TemplatePart[],
  maxLength: number,
  a: readonly number[],
  b?: readonly number[],
): Encoded {
  const ids: number[] = [];
  const types: number[] = [];
  const fill = (texts: { A: readonly number[]; B: readonly number[] }) => {
    for (const part of template) {
      for (const id of "ids" in part ? part.ids : texts[part.text]) {
        ids.push(id);
        types.push(part.type);
      }
    }
  };
  if (b === undefined) {
    const room = maxLength - countSpecials(template);
    fill({ A: a.slice(0, room), B: [] });
    return { ids, types, truncated: a.length > room };
  }
  const room = pairRoom(template, maxLength, a.length);
  fill({ A: a.slice(a.length - room.query), B: b.slice(0, room.document) });
  const queryTruncated = a.length > room.query;
  return { ids, types, truncated: b.length > room.document, ...(queryTruncated ? { queryTruncated } : {}) };
}
