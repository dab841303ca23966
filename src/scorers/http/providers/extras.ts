import type { ProviderName } from "./index.js";

/** Fields of providers whose own fields are not typed here. */
type Untyped = Record<string, unknown>;

/** Fields of providers that have more than a few. */
interface TypedExtras {
  cohere: {
    /** Tokens of each document that are read; the server truncates the rest. @default 4096 */
    max_tokens_per_doc?: number;
    /** From 0 (first) to 999: who is served first under load. */
    priority?: number;
    /**
     * Asks for the parts of each document that answer the query (`rerank-v5.0` and later). They are reported as `spans`, in UTF-16 code
     * units.
     */
    relevant_spans?: { mode: "enabled" | "disabled"; threshold?: number; max_spans?: number };
  };
  "cohere-v1": { max_chunks_per_doc?: number; max_tokens_per_doc?: number };
  jina: { truncate_query?: "NONE" | "START" | "END"; truncate_doc?: "NONE" | "START" | "END" };
  voyage: {
    /** `false` makes a text that is too long an error; by default the server truncates it. */
    truncation?: boolean;
  };
  pinecone: { parameters?: { truncate?: "END" | "NONE"; [name: string]: unknown } };
  nvidia: { truncate?: "NONE" | "END" };
  siliconflow: { max_chunks_per_doc?: number; overlap_tokens?: number };
  zeroentropy: { latency?: "fast" | "slow" };
  isaacus: {
    scoring_method?: "auto" | "chunk_max" | "chunk_avg" | "chunk_min";
    is_iql?: boolean;
    chunking_options?: Record<string, unknown> | null;
  };
  "azure-ai": { max_tokens_per_doc?: number; [name: string]: unknown };
  litellm: {
    max_tokens_per_doc?: number;
    /** `true` in front of Vertex AI, where LiteLLM otherwise fills in 1.0 for every score. @default false */
    return_documents?: boolean;
    [name: string]: unknown;
  };
  tei: {
    /** `false` makes a text that is too long an error. @default true */
    truncate?: boolean;
    truncation_direction?: "Left" | "Right";
    /** `true`: logits instead of 0 to 1. */
    raw_scores?: boolean;
  };
  infinity: {
    /** `true`: logits instead of 0 to 1. */
    raw_scores?: boolean;
  };
  vllm: {
    /** `-1` truncates each pair to the model's length. Without it, one text that is too long fails the whole request. */
    truncate_prompt_tokens?: number;
    /** `false`: logits instead of 0 to 1. */
    use_activation?: boolean;
    priority?: number;
    [name: string]: unknown;
  };
  xinference: { return_len?: boolean; [name: string]: unknown };
}

/**
 * What each provider's rerank endpoint takes besides query, texts and model, under the provider's field names. It is sent unchanged.
 * Fields that limit the number of results (`top_n`, `top_k`) are left out on purpose: that is what the reranker's `topN` is for.
 */
export type ProviderExtras = {
  [Name in ProviderName]: Name extends keyof TypedExtras ? TypedExtras[Name] : Untyped;
};
