import type { ProviderName } from "../../src/scorers/http/providers/index.js";

/** What docs/servers.md says about a provider besides the facts of its row in src/scorers/http/providers. */
export interface ProviderNotes {
  /** The newest models that the provider's sources name, where they are not the default of the row. */
  newest?: string;
  /** Scale of the scores that the server sends. */
  scores: string;
  /** The unit that the provider charges for; "–" for servers that people run themselves. */
  billed: string;
  /** The evidence for the row. */
  checked: string;
}

const REAL = "real server";
const OWN_CLIENT_RUN = "its client against our recorded server";
const CLIENT_READ = "source of its client";
const LITELLM_READ = "source of LiteLLM 1.110";
const DOCUMENTATION = "documentation";
const SERVER_READ = "source of the server";

export const NOTES: Readonly<Record<ProviderName, ProviderNotes>> = {
  cohere: {
    newest: "`rerank-v5.0-pro`, `rerank-v5.0-fast`",
    scores: "0–1",
    billed: "searches; tokens from v5",
    checked: OWN_CLIENT_RUN,
  },
  "cohere-v1": { newest: "`rerank-v3.5`", scores: "0–1", billed: "searches", checked: CLIENT_READ },
  jina: { newest: "`jina-reranker-v3.5` (listwise)", scores: "by model", billed: "tokens", checked: DOCUMENTATION },
  voyage: { newest: "`rerank-3`, `rerank-3-lite`", scores: "0–1", billed: "tokens", checked: CLIENT_READ },
  mixedbread: { scores: "0–1", billed: "tokens", checked: CLIENT_READ },
  pinecone: { newest: "`cohere-rerank-3.5`", scores: "0–1", billed: "rerank units", checked: CLIENT_READ },
  zeroentropy: { scores: "0–1", billed: "tokens", checked: CLIENT_READ },
  contextual: { scores: "0–1", billed: "not stated", checked: CLIENT_READ },
  isaacus: { scores: "0–1", billed: "tokens", checked: CLIENT_READ },
  nvidia: { scores: "logits", billed: "not stated", checked: CLIENT_READ },
  together: {
    newest: "`mixedbread-ai/Mxbai-Rerank-Large-V2`",
    scores: "by model",
    billed: "tokens",
    checked: CLIENT_READ,
  },
  siliconflow: { scores: "0–1", billed: "tokens", checked: DOCUMENTATION },
  openrouter: {
    newest: "`cohere/rerank-5-pro`, `mongodb/rerank-3`",
    scores: "by model",
    billed: "as its provider",
    checked: CLIENT_READ,
  },
  fireworks: { scores: "by model", billed: "tokens", checked: LITELLM_READ },
  scaleway: { scores: "by model", billed: "tokens", checked: LITELLM_READ },
  novita: { newest: "`qwen/qwen3-reranker-8b`", scores: "by model", billed: "tokens", checked: DOCUMENTATION },
  deepinfra: { newest: "`Qwen/Qwen3-Reranker-8B`", scores: "0–1", billed: "tokens", checked: LITELLM_READ },
  "azure-ai": {
    newest: "`cohere-rerank-v5-pro`, `cohere-rerank-v5-fast`",
    scores: "0–1",
    billed: "searches; tokens from v5",
    checked: LITELLM_READ,
  },
  dashscope: { newest: "`qwen3.7-text-rerank`", scores: "0–1", billed: "tokens", checked: CLIENT_READ },
  cloudflare: { scores: "by model", billed: "neurons", checked: "its type definitions" },
  elasticsearch: {
    newest: "your inference ID",
    scores: "by service",
    billed: "as the service behind it",
    checked: CLIENT_READ,
  },
  qianfan: { scores: "0–1", billed: "tokens", checked: DOCUMENTATION },
  zhipu: { scores: "0–1", billed: "tokens", checked: "eight third-party clients" },
  watsonx: { scores: "by model", billed: "tokens", checked: CLIENT_READ },
  "vertex-ai": { newest: "`semantic-ranker-fast-004`", scores: "0–1", billed: "100 records", checked: LITELLM_READ },
  localai: { scores: "logits, mostly", billed: "–", checked: SERVER_READ },
  litellm: { scores: "as behind it", billed: "as behind it", checked: REAL },
  tei: { scores: "0–1; logits with `raw_scores`", billed: "–", checked: SERVER_READ },
  infinity: { scores: "0–1; logits with `raw_scores`", billed: "–", checked: REAL },
  vllm: { scores: "0–1; logits with `use_activation: false`", billed: "–", checked: REAL },
  sglang: { scores: "by model", billed: "–", checked: SERVER_READ },
  llamacpp: { scores: "logits; Qwen3 0–1", billed: "–", checked: REAL },
  xinference: { scores: "by model", billed: "–", checked: SERVER_READ },
};
