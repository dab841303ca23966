import { QWEN3_RERANKER_PROMPT } from "../../models/registry/prompts.js";
import type { PromptTemplate } from "../../models/types.js";

/** The prompt of a yes/no reranker, and its two answers. */
export interface RerankTemplate extends PromptTemplate {
  /** The single token that means "relevant". */
  yes: string;
  /** The single token that means "not relevant". */
  no: string;
  /** Tokens that structure the conversation. They are broken up inside query and document, so that no text can answer for the model. */
  controlTokens: readonly string[];
  /** Unicode normalization of the model's tokenizer, which the server's tokenizer does not apply. @default none */
  unicode?: "NFC" | "NFKC";
}

/** Templates by name. */
export const RERANK_TEMPLATES = {
  qwen3: {
    ...QWEN3_RERANKER_PROMPT,
    yes: "yes",
    no: "no",
    controlTokens: ["<|im_start|>", "<|im_end|>", "<|endoftext|>", "<think>", "</think>"],
    unicode: "NFC",
  },
} as const satisfies Record<string, RerankTemplate>;

/** Name of a template that comes with the package. */
export type RerankTemplateName = keyof typeof RERANK_TEMPLATES;

/** The complete prompt for one document. Braces inside instruction, query or document have no meaning. */
export function fillTemplate(template: RerankTemplate, instruction: string, query: string, document: string): string {
  const fields: Record<string, string> = { instruction, query, document };
  const body = template.body.replace(/\{(instruction|query|document)\}/g, (_, field: string) =>
    breakUp(normalize(fields[field] ?? "", template.unicode), template.controlTokens),
  );
  return template.prefix + body + template.suffix;
}

const normalize = (text: string, form: RerankTemplate["unicode"]): string => (form ? text.normalize(form) : text);

/** A space after the first character turns a control token into ordinary text and leaves it readable. */
function breakUp(text: string, tokens: readonly string[]): string {
  return tokens.reduce((safe, token) => safe.replaceAll(token, `${token.slice(0, 1)} ${token.slice(1)}`), text);
}
