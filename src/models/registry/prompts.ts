import type { PromptTemplate } from "../types.js";

/**
 * The form that Qwen3-Reranker was trained with (its model card, "Transformers" usage): single line breaks between the fields. The blank
 * lines of other examples give other scores.
 */
export const QWEN3_RERANKER_PROMPT: PromptTemplate = {
  prefix:
    "<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and the Instruct provided. " +
    'Note that the answer can only be "yes" or "no".<|im_end|>\n<|im_start|>user\n',
  body: "<Instruct>: {instruction}\n<Query>: {query}\n<Document>: {document}",
  suffix: "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n",
  instruction: "Given a web search query, retrieve relevant passages that answer the query",
};

/** What Qwen3-Embedding puts before a query (its model card); documents stand alone. */
export const QWEN3_EMBEDDING_QUERY_PREFIX =
  "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:";
