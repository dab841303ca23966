export type { EmbedCallOptions, EmbeddingReport } from "./embeddings/call-options.js";
export { OnnxEmbeddings, type OnnxEmbeddingsOptions } from "./embeddings/onnx-embeddings.js";
export type { OnnxOptions } from "./inference/engine/onnx-options.js";
export type { ActivationName, Pooling } from "./models/types.js";
export { type BrowserSettings, configureBrowser } from "./platform/web/browser-settings.js";
export type { OnnxLateInteractionOptions, VectorCacheOptions } from "./scorers/onnx/late-interaction/options.js";
export { OnnxCrossEncoder, type OnnxCrossEncoderOptions } from "./scorers/onnx/onnx-cross-encoder.js";
export { OnnxLateInteraction } from "./scorers/onnx/onnx-late-interaction.js";
export { type OnnxScorerOptions, openOnnxScorer, ProgressiveLateInteraction } from "./scorers/onnx/open-scorer.js";
