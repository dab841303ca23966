import type { ProviderExtras } from "./extras.js";

/** Servers and hosted services whose rerank call {@link HttpCrossEncoder} speaks. */
export type ProviderName = keyof ProviderExtras;

/** What goes into one request. */
export interface RequestParts {
  model: string | undefined;
  query: string;
  texts: readonly string[];
  instruction: string | undefined;
  extra: Readonly<Record<string, unknown>>;
}

/** How one provider differs from the others. Everything else is shared. */
export interface Provider {
  /** Where it lives; none for what people host themselves. */
  baseUrl?: string;
  /** Environment variables that name the base URL, first one set wins. */
  urlVariables?: readonly string[];
  /** Environment variables that hold the key, first one set wins. */
  keyVariables: readonly string[];
  /** Header that carries the key as it is. Default: `Authorization: Bearer KEY`. */
  keyHeader?: string;
  headers?: Readonly<Record<string, string>>;
  /** Model used when none is named. */
  model?: string;
  /** True where the server cannot choose a model by itself. */
  needsModel?: true;
  path: string;
  /** Path on the provider's own host, where it differs from that of its self-hosted server. */
  hostedPath?: (model: string) => string;
  body: (parts: RequestParts) => Record<string, unknown>;
  /** Where in the answer the list is; the empty path is the answer itself. */
  response: readonly string[];
  /** Most texts that one request may hold. */
  maxTexts: number;
  /** Most UTF-8 bytes of text that one request may hold. */
  maxBytes?: number;
  /** Field that an instruction goes to. Without it the provider takes none. */
  instruction?: string;
  /** 0 where every score is known to be 0 to 1. */
  lowestScore?: 0;
  /** The extra that turns such scores into logits. */
  rawSwitch?: readonly [field: string, value: boolean];
}

const cohereShape = ({ model, query, texts, extra }: RequestParts): Record<string, unknown> => ({
  ...extra,
  ...(model === undefined ? {} : { model }),
  query,
  documents: texts,
});

const withoutDocuments = (parts: RequestParts): Record<string, unknown> => ({
  ...cohereShape(parts),
  return_documents: false,
});

const UNSTATED = 1000;

/**
 * One row a provider. Sources: the providers' API references and clients (cohere-ai 8, voyageai 0.4, @pinecone-database/pinecone 9,
 * NVIDIA NIM 2.3, Alibaba Model Studio "Text rerank", mixedbread.com/api-reference), and the servers' own routers (TEI 1.9, vLLM,
 * SGLang, Infinity, llama.cpp, LocalAI 4.9, Xinference 3.2, LiteLLM 1.9). Where a provider publishes no limit on the number of
 * texts, the row has a cautious one.
 */
export const PROVIDERS: Readonly<Record<ProviderName, Provider>> = {
  cohere: {
    baseUrl: "https://api.cohere.com",
    urlVariables: ["CO_API_URL"],
    keyVariables: ["CO_API_KEY", "COHERE_API_KEY"],
    model: "rerank-v3.5",
    path: "/v2/rerank",
    // v2 answers 422 to a field it does not know, `return_documents` among them.
    body: cohereShape,
    response: ["results"],
    maxTexts: 1000,
    lowestScore: 0,
  },
  "cohere-v1": {
    baseUrl: "https://api.cohere.com",
    urlVariables: ["CO_API_URL"],
    keyVariables: ["CO_API_KEY", "COHERE_API_KEY"],
    model: "rerank-v3.5",
    path: "/v1/rerank",
    body: withoutDocuments,
    response: ["results"],
    maxTexts: 1000,
    lowestScore: 0,
  },
  jina: {
    baseUrl: "https://api.jina.ai",
    keyVariables: ["JINA_API_KEY", "JINAAI_API_KEY"],
    model: "jina-reranker-v2-base-multilingual",
    path: "/v1/rerank",
    body: withoutDocuments,
    response: ["results"],
    maxTexts: 1000,
    instruction: "instruction",
  },
  voyage: {
    baseUrl: "https://api.voyageai.com",
    keyVariables: ["VOYAGE_API_KEY", "VOYAGEAI_API_KEY"],
    model: "rerank-2.5",
    path: "/v1/rerank",
    body: withoutDocuments,
    response: ["data"],
    maxTexts: 1000,
    lowestScore: 0,
  },
  mixedbread: {
    baseUrl: "https://api.mixedbread.com",
    keyVariables: ["MXBAI_API_KEY", "MIXEDBREAD_API_KEY"],
    model: "mixedbread-ai/mxbai-rerank-large-v2",
    path: "/v1/reranking",
    // Without `top_k` it answers with the best ten only.
    body: ({ model, query, texts, extra }) => ({
      ...extra,
      model,
      query,
      input: texts,
      top_k: texts.length,
      return_input: false,
    }),
    response: ["data"],
    maxTexts: 100,
    lowestScore: 0,
  },
  pinecone: {
    baseUrl: "https://api.pinecone.io",
    keyVariables: ["PINECONE_API_KEY"],
    keyHeader: "Api-Key",
    headers: { "X-Pinecone-API-Version": "2025-10" },
    model: "bge-reranker-v2-m3",
    path: "/rerank",
    body: ({ model, query, texts, extra }) => ({
      ...extra,
      model,
      query,
      documents: texts.map((text) => ({ text })),
      rank_fields: ["text"],
      return_documents: false,
    }),
    response: ["data"],
    maxTexts: 100,
    lowestScore: 0,
  },
  nvidia: {
    baseUrl: "https://ai.api.nvidia.com",
    keyVariables: ["NVIDIA_API_KEY"],
    model: "nvidia/llama-3.2-nv-rerankqa-1b-v2",
    path: "/v1/ranking",
    hostedPath: (model) => `/v1/retrieval/${model.replaceAll(".", "_")}/reranking`,
    body: ({ model, query, texts, extra }) => ({
      truncate: "END",
      ...extra,
      model,
      query: { text: query },
      passages: texts.map((text) => ({ text })),
    }),
    response: ["rankings"],
    maxTexts: 512,
  },
  together: {
    baseUrl: "https://api.together.xyz",
    keyVariables: ["TOGETHER_API_KEY", "TOGETHER_AI_API_KEY"],
    needsModel: true,
    path: "/v1/rerank",
    body: withoutDocuments,
    response: ["results"],
    maxTexts: UNSTATED,
  },
  siliconflow: {
    baseUrl: "https://api.siliconflow.com",
    keyVariables: ["SILICONFLOW_API_KEY"],
    model: "BAAI/bge-reranker-v2-m3",
    path: "/v1/rerank",
    body: withoutDocuments,
    response: ["results"],
    maxTexts: UNSTATED,
    instruction: "instruction",
    lowestScore: 0,
  },
  dashscope: {
    baseUrl: "https://dashscope-intl.aliyuncs.com",
    urlVariables: ["DASHSCOPE_BASE_URL"],
    keyVariables: ["DASHSCOPE_API_KEY"],
    model: "qwen3-rerank",
    path: "/api/v1/services/rerank/text-rerank/text-rerank",
    body: ({ model, query, texts, instruction, extra }) => ({
      model,
      input: { query, documents: texts },
      parameters: {
        ...extra,
        ...(instruction === undefined ? {} : { instruct: instruction }),
        return_documents: false,
      },
    }),
    response: ["output", "results"],
    maxTexts: 500,
    // Placed by `body`: it belongs among the parameters.
    instruction: "",
    lowestScore: 0,
  },
  localai: {
    urlVariables: ["LOCALAI_BASE_URL"],
    keyVariables: ["LOCALAI_API_KEY"],
    needsModel: true,
    path: "/v1/rerank",
    body: cohereShape,
    response: ["results"],
    maxTexts: UNSTATED,
  },
  litellm: {
    urlVariables: ["LITELLM_BASE_URL", "LITELLM_PROXY_API_BASE"],
    keyVariables: ["LITELLM_API_KEY", "LITELLM_PROXY_API_KEY"],
    needsModel: true,
    path: "/v1/rerank",
    body: withoutDocuments,
    response: ["results"],
    maxTexts: UNSTATED,
    instruction: "instruction",
  },
  tei: {
    urlVariables: ["TEI_BASE_URL"],
    keyVariables: ["TEI_API_KEY"],
    path: "/rerank",
    // `truncate` is always stated: documentation and code have disagreed on its default.
    body: ({ query, texts, extra }) => ({
      truncate: true,
      raw_scores: false,
      ...extra,
      query,
      texts,
      return_text: false,
    }),
    response: [],
    maxTexts: 32,
    maxBytes: 1_500_000,
    lowestScore: 0,
    rawSwitch: ["raw_scores", true],
  },
  infinity: {
    urlVariables: ["INFINITY_BASE_URL"],
    keyVariables: ["INFINITY_API_KEY"],
    needsModel: true,
    path: "/rerank",
    body: withoutDocuments,
    response: ["results"],
    maxTexts: 2048,
    lowestScore: 0,
    rawSwitch: ["raw_scores", true],
  },
  vllm: {
    urlVariables: ["VLLM_BASE_URL"],
    keyVariables: ["VLLM_API_KEY"],
    path: "/v1/rerank",
    body: cohereShape,
    response: ["results"],
    maxTexts: UNSTATED,
    lowestScore: 0,
    rawSwitch: ["use_activation", false],
  },
  sglang: {
    urlVariables: ["SGLANG_BASE_URL"],
    keyVariables: ["SGLANG_API_KEY"],
    path: "/v1/rerank",
    body: withoutDocuments,
    response: [],
    maxTexts: UNSTATED,
    instruction: "instruct",
  },
  llamacpp: {
    urlVariables: ["LLAMACPP_BASE_URL", "LLAMA_CPP_BASE_URL"],
    keyVariables: ["LLAMACPP_API_KEY", "LLAMA_API_KEY"],
    path: "/v1/rerank",
    body: cohereShape,
    response: ["results"],
    maxTexts: UNSTATED,
  },
  xinference: {
    urlVariables: ["XINFERENCE_BASE_URL", "XINFERENCE_ENDPOINT", "XINFERENCE_SERVER"],
    keyVariables: ["XINFERENCE_API_KEY"],
    needsModel: true,
    path: "/v1/rerank",
    body: withoutDocuments,
    response: ["results"],
    maxTexts: UNSTATED,
  },
};

/** True for the name of a provider in the table. */
export function isProvider(name: string): name is ProviderName {
  return Object.hasOwn(PROVIDERS, name);
}
