import { NO_DOCUMENTS, type Provider, UNSTATED } from "./provider.js";

/**
 * General clouds and search platforms. Sources: litellm 1.110 (Azure AI, DashScope, Vertex AI, watsonx), @cloudflare/workers-types 5,
 * @elastic/elasticsearch 9.5, @ibm-cloud/watsonx-ai 1.7, and the API references of Alibaba Model Studio and Baidu Qianfan. Zhipu's
 * reference could not be read; the row follows eight independent public clients.
 */
export const CLOUDS = {
  "azure-ai": {
    urlVariables: ["AZURE_AI_API_BASE"],
    keyVariables: ["AZURE_AI_API_KEY"],
    needsModel: true,
    path: "/v1/rerank",
    hostPaths: { "services.ai.azure.com": "/providers/cohere/v2/rerank", "models.ai.azure.com": "/v1/rerank" },
    response: { list: ["results"], spans: "relevant_spans" },
    limits: { maxTexts: 1000 },
    lowestScore: 0,
  },
  dashscope: {
    baseUrl: "https://dashscope-intl.aliyuncs.com",
    urlVariables: ["DASHSCOPE_BASE_URL"],
    keyVariables: ["DASHSCOPE_API_KEY"],
    model: "qwen3-rerank",
    path: "/api/v1/services/rerank/text-rerank/text-rerank",
    hostPaths: { "aliyuncs.com": "/api/v1/services/rerank/text-rerank/text-rerank" },
    request: {
      query: "input.query",
      texts: "input.documents",
      options: "parameters",
      fixed: { return_documents: false },
    },
    response: { list: ["output", "results"] },
    limits: { maxTexts: 500, maxTokens: 120_000 },
    modelLimits: { "gte-rerank": { maxTokens: 30_000 }, "qwen3-vl-rerank": { maxTexts: 100 } },
    instruction: "instruct",
    lowestScore: 0,
  },
  cloudflare: {
    baseUrl: "https://api.cloudflare.com",
    keyVariables: ["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_API_KEY"],
    model: "@cf/baai/bge-reranker-base",
    path: "/client/v4/accounts/{CLOUDFLARE_ACCOUNT_ID}/ai/run/{model}",
    request: { texts: "contexts", textField: "text", model: null, count: "top_k" },
    response: { list: ["result", "response"], index: "id" },
    limits: { maxTexts: UNSTATED },
  },
  elasticsearch: {
    urlVariables: ["ELASTICSEARCH_URL"],
    keyVariables: ["ELASTICSEARCH_API_KEY", "ELASTIC_API_KEY"],
    key: { scheme: "ApiKey" },
    needsModel: true,
    path: "/_inference/rerank/{model}",
    request: { texts: "input", model: null, fixed: { return_documents: false } },
    response: { list: ["rerank"] },
    limits: { maxTexts: UNSTATED },
  },
  qianfan: {
    baseUrl: "https://qianfan.baidubce.com",
    keyVariables: ["QIANFAN_API_KEY"],
    model: "bce-reranker-base",
    path: "/v2/rerank",
    response: { list: ["results"] },
    limits: { maxTexts: 64 },
    lowestScore: 0,
  },
  zhipu: {
    baseUrl: "https://open.bigmodel.cn",
    keyVariables: ["ZHIPUAI_API_KEY", "ZAI_API_KEY"],
    hostPaths: { "api.z.ai": "/api/paas/v4/rerank" },
    model: "rerank",
    path: "/api/paas/v4/rerank",
    request: { ...NO_DOCUMENTS, count: "top_n" },
    response: { list: ["results"] },
    limits: { maxTexts: 128 },
    lowestScore: 0,
  },
  watsonx: {
    urlVariables: ["WATSONX_URL", "WATSONX_API_BASE"],
    // An IAM token, which lives for an hour: `apiKey` can be a function that fetches it.
    keyVariables: ["WATSONX_TOKEN"],
    model: "cross-encoder/ms-marco-minilm-l-12-v2",
    path: "/ml/v1/text/rerank",
    hostPaths: { "ml.cloud.ibm.com": "/ml/v1/text/rerank" },
    parameters: { version: "2024-03-13" },
    request: {
      texts: "inputs",
      textField: "text",
      model: "model_id",
      options: "parameters",
      environment: { project_id: ["WATSONX_PROJECT_ID"], space_id: ["WATSONX_SPACE_ID"] },
    },
    response: { list: ["results"] },
    limits: { maxTexts: UNSTATED },
  },
  "vertex-ai": {
    baseUrl: "https://discoveryengine.googleapis.com",
    // An OAuth token, which lives for an hour: `apiKey` can be a function that fetches it.
    keyVariables: ["VERTEX_AI_ACCESS_TOKEN", "GOOGLE_OAUTH_ACCESS_TOKEN"],
    headers: { "X-Goog-User-Project": "{GOOGLE_CLOUD_PROJECT|VERTEXAI_PROJECT}" },
    model: "semantic-ranker-default-004",
    path: "/v1/projects/{GOOGLE_CLOUD_PROJECT|VERTEXAI_PROJECT}/locations/global/rankingConfigs/default_ranking_config:rank",
    // `ignoreRecordDetailsInResponse` would keep the texts out of the answer, but clients exist that see no scores with it.
    request: { texts: "records", textField: "content", idField: "id", count: "topN" },
    response: { list: ["records"], index: "id" },
    limits: { maxTexts: 200 },
    lowestScore: 0,
  },
} as const satisfies Record<string, Provider>;
