export { OllamaCrossEncoder, type OllamaCrossEncoderOptions } from "./scorers/ollama/ollama-cross-encoder.js";
export { RERANK_TEMPLATES, type RerankTemplate, type RerankTemplateName } from "./scorers/ollama/template.js";
export type { ApiKey } from "./scorers/remote/api-key.js";
export type { HttpClientOptions } from "./scorers/remote/options.js";
export type { Activation } from "./scorers/remote/scores.js";
