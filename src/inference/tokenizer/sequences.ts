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

/** Where special tokens are added to single texts and pairs. */
export interface Templates {
  single: TemplatePart[];
  pair: TemplatePart[];
}

interface TemplateItem {
  SpecialToken?: { id: string; type_id: number };
  Sequence?: { id: "A" | "B"; type_id: number };
}

interface PostProcessor {
  type: string;
  single?: TemplateItem[];
  pair?: TemplateItem[];
  special_tokens?: Record<string, { ids: number[] }>;
  sep?: [string, number];
  cls?: [string, number];
  processors?: PostProcessor[];
}

type Reader = (processor: PostProcessor) => Templates | undefined;

/** The post-processors of `tokenizer.json` that add special tokens. All other types add none. */
const READERS: Record<string, Reader> = {
  TemplateProcessing: ({ single, pair, special_tokens }) => {
    const part = (item: TemplateItem): TemplatePart[] => {
      if (item.Sequence) return [{ text: item.Sequence.id, type: item.Sequence.type_id }];
      const ids = item.SpecialToken && special_tokens?.[item.SpecialToken.id]?.ids;
      return ids ? [{ ids, type: item.SpecialToken!.type_id }] : [];
    };
    return single && pair ? { single: single.flatMap(part), pair: pair.flatMap(part) } : undefined;
  },
  BertProcessing: ({ cls, sep }) => cls && sep && framed(cls[1], [sep[1]], { gap: [sep[1]], secondType: 1 }),
  RobertaProcessing: ({ cls, sep }) => cls && sep && framed(cls[1], [sep[1]], { gap: [sep[1], sep[1]], secondType: 0 }),
  Sequence: ({ processors }) => processors?.map(readTemplates).find((templates) => templates !== undefined),
};

/** `cls A sep`, and `cls A gap B sep`. */
function framed(cls: number, sep: number[], { gap, secondType }: { gap: number[]; secondType: number }): Templates {
  const start: TemplatePart[] = [
    { ids: [cls], type: 0 },
    { text: "A", type: 0 },
  ];
  const second: TemplatePart[] = [
    { text: "B", type: secondType },
    { ids: sep, type: secondType },
  ];
  return { single: [...start, { ids: sep, type: 0 }], pair: [...start, { ids: gap, type: 0 }, ...second] };
}

/**
 * Reads the templates of a tokenizer.
 *
 * @param processor `post_processor` of a `tokenizer.json`.
 * @returns undefined if it adds no special tokens.
 */
export function readTemplates(processor: unknown): Templates | undefined {
  const { type } = (processor ?? {}) as PostProcessor;
  return READERS[type]?.(processor as PostProcessor);
}

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
