export {
  type DecisionHttpOptions,
  type DecisionModelOptions,
  DecisionScorer,
  type DecisionScorerOptions,
} from "./scorers/decisions/decision-scorer.js";
export type { AiSdkDecisionModel, DecisionModel, LangChainDecisionModel } from "./scorers/decisions/model-judge.js";
export type { DecisionQuestion } from "./scorers/decisions/question.js";
export type { DecisionProviderName } from "./scorers/decisions/services.js";
export type { ApiKey } from "./scorers/remote/api-key.js";
export type { HttpClientOptions } from "./scorers/remote/options.js";
