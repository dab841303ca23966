export type { Calibration } from "./calibration.js";
export {
  type CreateEmbeddingsOptions,
  createEmbeddings,
  type DisposableEmbeddings,
} from "./embeddings/create-embeddings.js";
export {
  BackendError,
  type BackendErrorOptions,
  DownloadError,
  InvalidInputError,
  InvalidOptionError,
  InvalidResponseError,
  isRerankError,
  MissingDependencyError,
  ModelIntegrityError,
  ModelLicenseError,
  ModelNotFoundError,
  RerankError,
  RerankTimeoutError,
} from "./errors.js";
export { type HighlightOptions, highlight } from "./highlight.js";
export type { Check } from "./options.js";
export { BaseReranker } from "./rerankers/base-reranker.js";
export { ContextPruner, type ContextPrunerInput } from "./rerankers/context-pruner.js";
export { CrossEncoderReranker, type CrossEncoderRerankerInput } from "./rerankers/cross-encoder-reranker.js";
export {
  EmbeddingSimilarityReranker,
  type EmbeddingSimilarityRerankerInput,
} from "./rerankers/embedding-similarity-reranker.js";
export type {
  FirstStageInput,
  FirstStageOption,
  FusedStage,
  MetadataStage,
  SingleStage,
} from "./rerankers/first-stage-types.js";
export type { CascadeStageInput, HybridRerankerInput } from "./rerankers/hybrid-options.js";
export { HybridReranker } from "./rerankers/hybrid-reranker.js";
export type { BlendNormalization, Normalization } from "./rerankers/normalization.js";
export type { Similarity } from "./rerankers/similarity.js";
export type {
  BaseRerankerInput,
  Candidates,
  RerankCallOptions,
  RerankDetails,
  RerankMilliseconds,
  RerankReport,
  RerankResult,
  RerankScores,
  Scored,
  ScoredDetails,
  ScoredReport,
} from "./rerankers/types.js";
export {
  type Fts5Row,
  fromFts5,
  fromMiniSearch,
  fromOrama,
  type KeywordHitOptions,
  type MiniSearchHit,
  type OramaHit,
} from "./retrievers/keyword-hits.js";
export { ScoredRetriever, type ScoredRetrieverInput } from "./retrievers/scored-retriever.js";
export { type CreateScorerOptions, createScorer, type ModelOption } from "./scorers/create-scorer.js";
export type {
  CacheReport,
  DisposableScorer,
  RelevanceScorer,
  ScoreCacheReport,
  ScoreOptions,
  ScorerMilliseconds,
  ScorerReport,
} from "./scorers/relevance-scorer.js";
export { CachedScorer, type CachedScorerOptions, type ScoreStore } from "./scorers/score-cache.js";
export type { ScoredSpan, TextSpan } from "./text-span.js";
