import { NO_DOCUMENTS, type Provider, UNSTATED } from "./provider.js";

/**
 * Servers that people run themselves. Sources: the routers of TEI 1.9, Infinity 0.0.78, vLLM 0.33, SGLang, llama.cpp, LocalAI 4.9,
 * Xinference 3.2 and LiteLLM 1.110.
 */
export const SELF_HOSTED = {
  localai: {
    urlVariables: ["LOCALAI_BASE_URL"],
    keyVariables: ["LOCALAI_API_KEY"],
    needsModel: true,
    path: "/v1/rerank",
    response: { list: ["results"] },
    limits: { maxTexts: UNSTATED },
  },
  litellm: {
    urlVariables: ["LITELLM_BASE_URL", "LITELLM_PROXY_API_BASE"],
    keyVariables: ["LITELLM_API_KEY", "LITELLM_PROXY_API_KEY"],
    needsModel: true,
    path: "/v1/rerank",
    // Not fixed: in front of Vertex AI, LiteLLM has scores only if documents are returned.
    request: { defaults: { return_documents: false } },
    response: { list: ["results"] },
    limits: { maxTexts: UNSTATED },
    instruction: "instruction",
  },
  tei: {
    urlVariables: ["TEI_BASE_URL"],
    keyVariables: ["TEI_API_KEY"],
    path: "/rerank",
    request: {
      texts: "texts",
      model: null,
      // `truncate` is always sent, because documentation and code have disagreed on its default.
      defaults: { truncate: true, raw_scores: false },
      fixed: { return_text: false },
    },
    response: { list: [] },
    limits: { maxTexts: 32, maxBytes: 1_500_000 },
    lowestScore: 0,
    rawSwitch: ["raw_scores", true],
  },
  infinity: {
    urlVariables: ["INFINITY_BASE_URL"],
    keyVariables: ["INFINITY_API_KEY"],
    needsModel: true,
    path: "/rerank",
    versionIsPrefix: true,
    request: NO_DOCUMENTS,
    response: { list: ["results"] },
    limits: { maxTexts: 2048 },
    lowestScore: 0,
    rawSwitch: ["raw_scores", true],
  },
  vllm: {
    urlVariables: ["VLLM_BASE_URL"],
    keyVariables: ["VLLM_API_KEY"],
    path: "/v1/rerank",
    response: { list: ["results"] },
    limits: { maxTexts: UNSTATED },
    instruction: "instruction",
    lowestScore: 0,
    rawSwitch: ["use_activation", false],
  },
  sglang: {
    urlVariables: ["SGLANG_BASE_URL"],
    keyVariables: ["SGLANG_API_KEY"],
    path: "/v1/rerank",
    request: NO_DOCUMENTS,
    response: { list: [] },
    limits: { maxTexts: UNSTATED },
    instruction: "instruct",
  },
  llamacpp: {
    urlVariables: ["LLAMACPP_BASE_URL", "LLAMA_CPP_BASE_URL"],
    keyVariables: ["LLAMACPP_API_KEY", "LLAMA_API_KEY"],
    path: "/v1/rerank",
    response: { list: ["results"] },
    limits: { maxTexts: UNSTATED },
  },
  xinference: {
    urlVariables: ["XINFERENCE_BASE_URL", "XINFERENCE_ENDPOINT", "XINFERENCE_SERVER"],
    keyVariables: ["XINFERENCE_API_KEY"],
    needsModel: true,
    path: "/v1/rerank",
    request: NO_DOCUMENTS,
    response: { list: ["results"] },
    limits: { maxTexts: UNSTATED },
  },
} as const satisfies Record<string, Provider>;
