import { NO_DOCUMENTS, type Provider } from "./provider.js";

const COHERE = {
  baseUrl: "https://api.cohere.com",
  urlVariables: ["CO_API_URL"],
  keyVariables: ["CO_API_KEY", "COHERE_API_KEY"],
  model: "rerank-v3.5",
  limits: { maxTexts: 1000 },
  lowestScore: 0,
} as const satisfies Partial<Provider>;

/**
 * Companies that train rerankers and serve them. Sources: cohere-ai 8.1 and cohere for Python 7.3, voyageai 0.5, @mixedbread/sdk 0.78,
 * @pinecone-database/pinecone 9, zeroentropy 0.1 and isaacus 0.22 for Python, contextual-client 0.11, and the API references of Jina and
 * MongoDB. Where a provider publishes no limit on the number of texts, the row has a cautious one.
 */
export const SPECIALISTS = {
  cohere: {
    ...COHERE,
    path: "/v2/rerank",
    // v2 answers 422 to unknown fields, `return_documents` among them.
    response: { list: ["results"], spans: "relevant_spans" },
  },
  "cohere-v1": { ...COHERE, path: "/v1/rerank", request: NO_DOCUMENTS, response: { list: ["results"] } },
  jina: {
    baseUrl: "https://api.jina.ai",
    keyVariables: ["JINA_API_KEY", "JINAAI_API_KEY"],
    model: "jina-reranker-v2-base-multilingual",
    path: "/v1/rerank",
    request: NO_DOCUMENTS,
    response: { list: ["results"] },
    limits: { maxTexts: 1000 },
    instruction: "instruction",
  },
  voyage: {
    baseUrl: "https://api.voyageai.com",
    keyVariables: ["VOYAGE_API_KEY", "VOYAGEAI_API_KEY"],
    // Keys that MongoDB issues are unknown at Voyage's address.
    keyHosts: { "al-": "https://ai.mongodb.com" },
    hostPaths: { "ai.mongodb.com": "/v1/rerank" },
    model: "rerank-2.5",
    path: "/v1/rerank",
    request: NO_DOCUMENTS,
    response: { list: ["data"] },
    limits: { maxTexts: 1000, maxTokens: 600_000 },
    lowestScore: 0,
  },
  mixedbread: {
    baseUrl: "https://api.mixedbread.com",
    keyVariables: ["MXBAI_API_KEY", "MIXEDBREAD_API_KEY"],
    model: "mixedbread-ai/mxbai-rerank-large-v2",
    path: "/v1/reranking",
    // Without `top_k` it returns only the best ten.
    request: { texts: "input", count: "top_k", fixed: { return_input: false } },
    response: { list: ["data"] },
    limits: { maxTexts: 100 },
    lowestScore: 0,
  },
  pinecone: {
    baseUrl: "https://api.pinecone.io",
    keyVariables: ["PINECONE_API_KEY"],
    key: { header: "Api-Key", scheme: "" },
    headers: { "X-Pinecone-API-Version": "2025-10" },
    model: "bge-reranker-v2-m3",
    path: "/rerank",
    request: { textField: "text", fixed: { rank_fields: ["text"], return_documents: false } },
    response: { list: ["data"] },
    limits: { maxTexts: 100 },
    lowestScore: 0,
  },
  zeroentropy: {
    baseUrl: "https://api.zeroentropy.dev",
    keyVariables: ["ZEROENTROPY_API_KEY"],
    model: "zerank-2",
    path: "/v1/models/rerank",
    response: { list: ["results"] },
    limits: { maxTexts: 1000, maxBytes: 2_000_000 },
    lowestScore: 0,
  },
  contextual: {
    baseUrl: "https://api.contextual.ai",
    keyVariables: ["CONTEXTUAL_API_KEY"],
    model: "ctxl-rerank-v2-instruct-multilingual",
    path: "/v1/rerank",
    response: { list: ["results"] },
    limits: { maxTexts: 1000, maxTokens: 400_000 },
    instruction: "instruction",
    lowestScore: 0,
  },
  isaacus: {
    baseUrl: "https://api.isaacus.com",
    keyVariables: ["ISAACUS_API_KEY"],
    model: "kanon-2-reranker",
    path: "/v1/rerankings",
    request: { texts: "texts" },
    response: { list: ["results"] },
    limits: { maxTexts: 1000 },
    lowestScore: 0,
  },
} as const satisfies Record<string, Provider>;
