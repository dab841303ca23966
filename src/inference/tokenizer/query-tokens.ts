/** What is needed of a tokenizer: whole texts, and the beginning or end of long ones without encoding all of it. */
interface QueryTokenizer {
  encode(text: string): number[];
  encodeUpTo(text: string, limit: number): number[];
  encodeEnd(text: string, limit: number): number[];
}

/**
 * The tokens of a query after its prefix. A query that is too long keeps its end, because in long queries (chat histories, prompts) the
 * question comes last.
 *
 * @param room Maximum number of tokens, those of the prefix included.
 */
export function queryTokens(
  tokenizer: QueryTokenizer,
  prefix: string,
  query: string,
  room: number,
): { ids: readonly number[]; truncated: boolean } {
  const ids = tokenizer.encodeUpTo(prefix + query, room);
  if (ids.length <= room) return { ids, truncated: false };
  const before = prefix === "" ? [] : tokenizer.encode(prefix).slice(0, room);
  const left = room - before.length;
  const end = left > 0 ? tokenizer.encodeEnd(query, left).slice(-left) : [];
  return { ids: [...before, ...end], truncated: true };
}
