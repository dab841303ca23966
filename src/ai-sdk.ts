export { AiSdkCrossEncoder, type AiSdkCrossEncoderOptions } from "./scorers/ai-sdk/ai-sdk-cross-encoder.js";
export {
  createRerankingModel,
  type LocalRerankingModel,
  type RerankingCall,
  type RerankingModelOptions,
} from "./scorers/ai-sdk/local-reranking-model.js";
export type { AiSdkRanking, AiSdkRerankingModel } from "./scorers/ai-sdk/reranking-model.js";
export type { Activation } from "./scorers/remote/scores.js";
