/** One part of a sequence template: special tokens that always stand, or one of the texts. */
export type TemplatePart = { ids: readonly number[]; type: number } | { text: "A" | "B"; type: number };

/** Token ids of one sequence, with their segment ids. */
export interface Encoded {
  ids: number[];
  types: number[];
  /** Something was cut to make it fit. */
  truncated: boolean;
  /** Tokens at the beginning that every sequence of the request has. */
  shared?: number;
  /** Tokens at the end that no token looks at, though they look at the others. */
  unattended?: number;
}

/** Special tokens that a template adds around its texts. */
export function countSpecials(template: readonly TemplatePart[]): number {
  return template.reduce((count, part) => count + ("ids" in part ? part.ids.length : 0), 0);
}

/** Tokens that are left for the document once the query stands; the query gives way only above three quarters of the room. */
export function pairRoom(
  template: readonly TemplatePart[],
  maxLength: number,
  queryLength: number,
): { query: number; document: number } {
  const room = maxLength - countSpecials(template);
  const query = Math.min(queryLength, Math.floor(room * 0.75));
  return { query, document: room - query };
}

/**
 * Puts texts into a template. The document (B, or A where it is alone) is cut to what is left; special tokens always stand.
 *
 * @param a The query of a pair, or the only text.
 * @param b The document of a pair; none for a single text.
 */
export function encodeSequence(
  template: readonly TemplatePart[],
  maxLength: number,
  a: readonly number[],
  b?: readonly number[],
): Encoded {
  const room =
    b === undefined
      ? { query: maxLength - countSpecials(template), document: 0 }
      : pairRoom(template, maxLength, a.length);
  const cut = { A: a.slice(0, room.query), B: (b ?? []).slice(0, room.document) };
  const ids: number[] = [];
  const types: number[] = [];
  for (const part of template) {
    for (const id of "ids" in part ? part.ids : cut[part.text]) {
      ids.push(id);
      types.push(part.type);
    }
  }
  return { ids, types, truncated: cut.A.length < a.length || cut.B.length < (b?.length ?? 0) };
}
