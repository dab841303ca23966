import type { TemplatePart } from "./pair-encoding.js";

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
  BertProcessing: ({ cls, sep }) =>
    cls &&
    sep && {
      single: [
        { ids: [cls[1]], type: 0 },
        { text: "A", type: 0 },
        { ids: [sep[1]], type: 0 },
      ],
      pair: [
        { ids: [cls[1]], type: 0 },
        { text: "A", type: 0 },
        { ids: [sep[1]], type: 0 },
        { text: "B", type: 1 },
        { ids: [sep[1]], type: 1 },
      ],
    },
  RobertaProcessing: ({ cls, sep }) =>
    cls &&
    sep && {
      single: [
        { ids: [cls[1]], type: 0 },
        { text: "A", type: 0 },
        { ids: [sep[1]], type: 0 },
      ],
      pair: [
        { ids: [cls[1]], type: 0 },
        { text: "A", type: 0 },
        { ids: [sep[1], sep[1]], type: 0 },
        { text: "B", type: 0 },
        { ids: [sep[1]], type: 0 },
      ],
    },
  Sequence: ({ processors }) => processors?.map(readTemplates).find((templates) => templates !== undefined),
};

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
