import type { Calibration } from "../../calibration.js";

/** Scores of one stage for the candidates of one query. NaN for candidates that the stage did not score. */
export interface StageColumn {
  scores: readonly number[];
  /** Scores before any activation, which calibrations apply to. The same as `scores` if the stage has no others. */
  raw: readonly number[];
  /** Wall-clock milliseconds per score: the duration of the call, distributed by length of text. */
  milliseconds: readonly number[];
}

/** Scores of every stage for the candidates of one query. */
export interface QueryStages {
  id: string;
  /** Ids of candidates whose text is not blank, in first-stage order. */
  documents: readonly string[];
  /** Ids of blank candidates: no stage scores them, and rerankers put them last. */
  blank: readonly string[];
  /** First stages by name. */
  first: ReadonlyMap<string, StageColumn>;
  /** Second stages by name. */
  models: ReadonlyMap<string, StageColumn>;
}

/** Every pair of query and document, scored once by every stage: all that tuning needs. */
export interface StageScores {
  dataset: string;
  queries: readonly QueryStages[];
  /** Names of the first stages. */
  first: readonly string[];
  /** Names of the second stages. */
  models: readonly string[];
  /** Names of those first stages that are fused from others. */
  fused?: readonly string[];
  /** Calibrations that come with the stages' models, by the names of stages. */
  calibrations: ReadonlyMap<string, Calibration>;
  /** Number of candidates per first stage that the models scored; a larger `topK` cannot be simulated. */
  deepest: number;
  /** Number of pairs that each model scored, including those from the cache. */
  pairs: ReadonlyMap<string, number>;
  /** Wall-clock seconds that all scoring took when it was first done. */
  seconds: number;
}
