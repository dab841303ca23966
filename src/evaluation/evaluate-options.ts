import { abortSignal, anything, type Checks, flag, functionFor, positiveInteger, text } from "../options.js";
import type { RerankReport } from "../rerankers/types.js";
import type { CacheKeyPart } from "./cache/cache-key.js";
import type { ScoreCache } from "./cache/score-cache.js";
import { CANDIDATE_CHECKS, type CandidateOptions } from "./candidates.js";
import { progressHandler, scoreCache } from "./checks.js";
import type { MeasureDeclaration } from "./measures/declaration.js";
import type { Measure } from "./measures/measure.js";
import { BOOTSTRAP_CHECKS, type BootstrapOptions } from "./significance/bootstrap.js";

/** Progress of a long computation. */
export interface EvaluationProgress {
  /** Number of queries done, including those from the cache. */
  done: number;
  total: number;
  /** Number of queries, out of those done, whose result came from the cache. */
  cached: number;
}

/** Options of `evaluate`. */
export interface EvaluateOptions extends CandidateOptions, BootstrapOptions {
  /** Name of the system in reports. @default its class and model */
  name?: string | undefined;
  /** Names such as `"nDCG@10"`, or measures. @default ["nDCG@10", "RR@10", "R@100", "Judged@10"] */
  measures?: readonly (string | Measure | MeasureDeclaration)[] | undefined;
  /** Metadata key that receives the first-stage score of each document. @default "score" */
  firstStageKey?: string | undefined;
  /** Number of queries processed at the same time. With more than 1, times per query say little for a local model. @default 1 */
  concurrency?: number | undefined;
  /** Rerank one document before the first timed query, so that times do not include loading a model. @default false */
  warmUp?: boolean | undefined;
  /** Stores the result of each query, so that an interrupted run can resume. Times are stored too. A `Map` will do. */
  cache?: ScoreCache | undefined;
  /**
   * Identifies the compressor in the cache: its model and options, as JSON. Required for compressors that are not from this package, and for
   * rerankers whose options include functions or objects that change.
   * @default class, model and plain options
   */
  system?: CacheKeyPart | undefined;
  /**
   * The cost of one call, in any currency; undefined if unknown.
   * @example cost: ({ tokens }) => tokens && tokens * 2e-8
   */
  cost?: ((report: RerankReport) => number | undefined) | undefined;
  /** Aborts the evaluation. */
  signal?: AbortSignal | undefined;
  /** Called after every query. */
  onProgress?: ((progress: EvaluationProgress) => void) | undefined;
}

/** Checks of {@link EvaluateOptions}. */
export const EVALUATE_CHECKS = {
  ...CANDIDATE_CHECKS,
  ...BOOTSTRAP_CHECKS,
  name: text,
  measures: anything,
  firstStageKey: text,
  concurrency: positiveInteger,
  warmUp: flag,
  cache: scoreCache,
  system: anything,
  cost: functionFor("a function from a report to a cost"),
  signal: abortSignal,
  onProgress: progressHandler,
} satisfies Checks<EvaluateOptions>;
