export type { Activation, HttpClientOptions } from "./scorers/http/options.js";
export { OllamaCrossEncoder, type OllamaCrossEncoderOptions } from "./scorers/ollama/ollama-cross-encoder.js";
export { RERANK_TEMPLATES, type RerankTemplate, type RerankTemplateName } from "./scorers/ollama/template.js";
