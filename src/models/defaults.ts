/**
 * Names of the bundled models that run if none is named. They are in a file of their own so that the core entry need not load the
 * registry, and in one object because the bundler would inline single constants and leave an empty import of this file behind.
 */
export const DEFAULT_MODELS = {
  /** Rerankers, `createScorer` and the commands. */
  reranker: "late-en-v1",
  /** `OnnxCrossEncoder`. */
  crossEncoder: "rerank-en-v1",
  /** `OnnxLateInteraction`. */
  lateInteraction: "late-en-v1",
  /** The first stage of a hybrid. */
  firstStage: "static-en-v1",
} as const;

/** Name and alias of the bundled static model, which runs without ONNX. */
const STATIC_NAMES: readonly string[] = [DEFAULT_MODELS.firstStage, `langchain-rerank/${DEFAULT_MODELS.firstStage}`];

/** Whether a name, ignoring case, is that of a static model. Does not load the registry. */
export function isStaticModel(name: string): boolean {
  return STATIC_NAMES.includes(name.toLowerCase());
}
