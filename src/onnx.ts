export { type EmbedCallOptions, OnnxEmbeddings, type OnnxEmbeddingsOptions } from "./embeddings/onnx-embeddings.js";
export type { OnnxOptions } from "./inference/onnx-model.js";
export type { Pooling } from "./inference/protocol.js";
export type { ActivationName } from "./scorers/onnx/activations.js";
export { OnnxCrossEncoder, type OnnxCrossEncoderOptions } from "./scorers/onnx/onnx-cross-encoder.js";
