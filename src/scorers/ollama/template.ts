import { QWEN3_RERANKER_PROMPT } from "../../models/registry/prompts.js";
import type { PromptTemplate } from "../../models/types.js";

/** How a yes/no reranker wants to be asked, and what it answers. */
export interface RerankTemplate extends PromptTemplate {
  /** The one token that says "relevant". */
  yes: string;
  /** The one token that says "not relevant". */
  no: string;
  /** Tokens that structure the conversation. Inside query and document they are taken apart, so that no text can answer for the model. */
  controlTokens: readonly string[];
  /** Unicode form that the model's own tokenizer brings texts to, which the server's does not. Default: none. */
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

/** The whole prompt for one document. Braces inside instruction, query or document stay as they are. */
export function fillTemplate(template: RerankTemplate, instruction: string, query: string, document: string): string {
  const fields: Record<string, string> = { instruction, query, document };
  const body = template.body.replace(/\{(instruction|query|document)\}/g, (_, field: string) =>
    takeApart(normalize(fields[field] ?? "", template.unicode), template.controlTokens),
  );
  return template.prefix + body + template.suffix;
}

const normalize = (text: string, form: RerankTemplate["unicode"]): string => (form ? text.normalize(form) : text);

/** A blank after the first character makes ordinary text of a control token and leaves it readable. */
function takeApart(text: string, tokens: readonly string[]): string {
  return tokens.reduce((safe, token) => safe.replaceAll(token, `${token.slice(0, 1)} ${token.slice(1)}`), text);
}
