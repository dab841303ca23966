import type { PromptTemplate } from "../types.js";

/**
 * The prompt that Qwen3-Reranker was trained with (model card, section "Transformers Usage"): single line breaks between the fields. The
 * blank lines in other examples lead to different scores.
 */
export const QWEN3_RERANKER_PROMPT: PromptTemplate = {
  prefix:
    "<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and the Instruct provided. " +
    'Note that the answer can only be "yes" or "no".<|im_end|>\n<|im_start|>user\n',
  body: "<Instruct>: {instruction}\n<Query>: {query}\n<Document>: {document}",
  suffix: "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n",
  instruction: "Given a web search query, retrieve relevant passages that answer the query",
};

/** Prefix of every Qwen3-Embedding query (model card). Documents get no prefix. */
export const QWEN3_EMBEDDING_QUERY_PREFIX =
  "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:";
