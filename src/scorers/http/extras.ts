/**
 * What each provider's rerank call takes beyond query, texts and model, under the provider's own field names. Sent as it is.
 * Fields that cut the list (`top_n`, `top_k`) are missing on purpose: cutting is the reranker's `topN`.
 */
export interface ProviderExtras {
  cohere: {
    /** Tokens of a document that are read; the server cuts the rest. Server's default: 4096. */
    max_tokens_per_doc?: number;
    /** 0 (first) to 999: who is served first under load. */
    priority?: number;
  };
  "cohere-v1": { max_chunks_per_doc?: number; max_tokens_per_doc?: number };
  jina: { truncate_query?: "NONE" | "START" | "END"; truncate_doc?: "NONE" | "START" | "END" };
  /** `truncation: false` makes an over-long text an error; by default the server cuts it. */
  voyage: { truncation?: boolean };
  mixedbread: Record<string, unknown>;
  pinecone: { parameters?: { truncate?: "END" | "NONE"; [name: string]: unknown } };
  nvidia: { truncate?: "NONE" | "END" };
  together: Record<string, unknown>;
  siliconflow: { max_chunks_per_doc?: number; overlap_tokens?: number };
  dashscope: Record<string, unknown>;
  localai: Record<string, unknown>;
  litellm: { max_tokens_per_doc?: number; [name: string]: unknown };
  tei: {
    /** `false` makes an over-long text an error. Default here: `true`. */
    truncate?: boolean;
    truncation_direction?: "Left" | "Right";
    /** Logits in place of 0–1. */
    raw_scores?: boolean;
  };
  infinity: {
    /** Logits in place of 0–1. */
    raw_scores?: boolean;
  };
  vllm: {
    truncate_prompt_tokens?: number;
    /** `false`: logits in place of 0–1. */
    use_activation?: boolean;
    priority?: number;
    [name: string]: unknown;
  };
  sglang: Record<string, unknown>;
  llamacpp: Record<string, unknown>;
  xinference: { return_len?: boolean; [name: string]: unknown };
}
