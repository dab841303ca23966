import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import type { BaseDocumentCompressor } from "@langchain/core/retrievers/document_compressors";
import type { Calibration } from "../calibration.js";
import type { RelevanceScorer, ScoreOptions } from "../scorers/relevance-scorer.js";
import type { Candidates } from "./types.js";

/** A stage that has already run: the metadata key that holds its score, a number that is higher for better documents. */
export interface MetadataStage {
  /** For example `"score"`. ±Infinity is allowed. */
  metadataKey: string;
}

/** A stage that scores documents: embeddings (by cosine), a scorer or the name of one, or a score in the metadata. */
export type SingleStage = EmbeddingsInterface | RelevanceScorer | string | MetadataStage;

/**
 * Reciprocal-rank fusion of several stages (Cormack, Clarke and Büttcher, SIGIR 2009). They run at the same time; a document that a
 * compressor leaves out gets nothing from it.
 */
export interface FusedStage {
  /** Two or more stages; LangChain document compressors are allowed too. */
  fuse: readonly (SingleStage | BaseDocumentCompressor)[];
  /** The constant in 1 / (k + rank). Larger values make the first ranks matter less. @default 60 */
  k?: number | undefined;
}

/** Where the first-stage scores of a hybrid come from. */
export type FirstStageOption = SingleStage | FusedStage;

/** The first-stage options of a hybrid; at most one of them. */
export interface FirstStageInput {
  /**
   * Where the first-stage scores come from: embeddings, a scorer or the name of one, a score in the metadata, or a fusion of these.
   * @default "static-en-v1", the bundled English static model
   * @example firstStage: { fuse: [{ metadataKey: "score" }, embeddings], k: 60 }
   */
  firstStage?: FirstStageOption | undefined;
  /** Short for `firstStage: embeddings`. */
  embeddings?: EmbeddingsInterface | undefined;
  /** Short for `firstStage: { metadataKey: firstStageKey }`. */
  firstStageKey?: string | undefined;
}

/** First-stage scores of the candidates. */
export interface StageScores {
  /** One number per candidate; ±Infinity is allowed. */
  readonly scores: readonly number[];
  /** One raw score per candidate, for the stage's calibration. */
  readonly raw?: readonly number[];
  readonly warnings?: readonly string[];
}

/** A first stage that is ready to run. */
export interface FirstStage {
  readonly name: string;
  /** The curve that comes with the stage's model, where there is one. May be unknown until the model has been loaded. */
  readonly calibration?: Calibration | undefined;
  /** Identifies the content of its models, where it is known. */
  modelVersion?(options: Pick<ScoreOptions, "signal">): Promise<unknown>;
  score(candidates: Candidates): Promise<StageScores>;
  /** Loads what it needs, so that loading does not count as scoring. */
  load?(signal: AbortSignal): Promise<void>;
  /** Frees what was created for this stage alone. */
  dispose?(): Promise<void>;
}
