/** Scores of one stage for one query's candidates, place by place. NaN where the stage did not score a candidate. */
export interface StageColumn {
  scores: readonly number[];
  /** Wall milliseconds that each score took: the call's, shared out by length of text. */
  milliseconds: readonly number[];
}

/** What every stage says of one query's candidates. */
export interface QueryStages {
  id: string;
  /** Ids of candidates whose text is not blank, in first-stage order. */
  documents: readonly string[];
  /** Ids of blank ones: no stage scores them, and rerankers put them last. */
  blank: readonly string[];
  /** First stages by name. */
  first: ReadonlyMap<string, StageColumn>;
  /** Second stages by name. */
  models: ReadonlyMap<string, StageColumn>;
}

/** Everything that tuning needs: each pair of query and document was scored once by each stage. */
export interface StageScores {
  dataset: string;
  queries: readonly QueryStages[];
  first: readonly string[];
  models: readonly string[];
  /** Those of `first` that are fused from others. */
  fused?: readonly string[];
  /** How many of each first stage's best the models scored; settings with a larger `topK` cannot be told. */
  deepest: number;
  /** Pairs that were scored, those from the cache among them, by model. */
  pairs: ReadonlyMap<string, number>;
  /** Wall seconds that scoring took in all, as it was first measured. */
  seconds: number;
}

/** Places of candidates, best first; ties keep the order given, as in the rerankers. */
export function placesByScore(scores: readonly number[]): number[] {
  return scores.map((_, place) => place).sort((a, b) => scores[b]! - scores[a]! || a - b);
}
