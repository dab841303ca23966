import type { Calibration } from "../calibration.js";
import type { ScoredSpan, TextSpan } from "../text-span.js";

/** The lowest score there is. A 32-bit float can hold it too, unlike `-Number.MAX_VALUE`. */
export const LOWEST_SCORE = -(2 ** 100);

/**
 * The score of a blank text: the lowest one that its scorer states, unless another text is below that. A server may send logits where
 * others of its kind send probabilities.
 *
 * @param scores Scores of the texts that are not blank.
 */
export function blankScore(stated: number, scores: readonly number[]): number {
  return scores.some((score) => score < stated) ? LOWEST_SCORE : stated;
}

/** Milliseconds that a scorer spent, by stage. A stage that did not run, or was not measured, has no key. */
export interface ScorerMilliseconds {
  /** Loading the model: reading or downloading files, and starting the runtime. */
  load?: number;
  /** Splitting texts into tokens, added up over worker threads. */
  tokenize?: number;
  /** Running the model, added up over worker threads. */
  inference?: number;
  /** Comparing token vectors of the query and the texts (late interaction). */
  compare?: number;
  /** Waiting for servers, from the first request to the last response. */
  request?: number;
}

/** What a scorer reports about one call besides the scores. Every field is optional: a scorer reports what it knows. */
export interface ScorerReport {
  /** Name of the model that computed the scores. */
  model?: string;
  /** What ran a local model: a native library, WebAssembly or WebGPU. */
  runtime?: "native" | "wasm" | "webgpu";
  /** Raw model outputs before any activation or calibration, one per text, where they differ from the scores. */
  raw?: readonly number[];
  /**
   * What a model added to the score of every text, where it states an offset that depends on the query alone. It makes the scores of
   * different queries comparable, so that one calibration fits them.
   */
  queryOffset?: number;
  /** Whether each text was cut to fit the model, one flag per text. A cut query is reported as {@link queryTruncated} only. */
  truncated?: readonly boolean[];
  /** True if the query itself was cut to fit the model. */
  queryTruncated?: boolean;
  /** The passage of each text that its score comes from (`longDocuments: "max-passage"`), one per text. */
  passages?: readonly (TextSpan | undefined)[];
  /** The scored parts of each text, one list per text, for models that mark what they found relevant. */
  spans?: readonly (readonly ScoredSpan[] | undefined)[];
  /**
   * True if scores may be compared within one request only, as those of listwise models. Such scores must not be mixed with scores
   * from another call.
   */
  scoresHoldWithinRequest?: boolean;
  /** What the caller should know about these scores, as whole sentences. */
  warnings?: readonly string[];
  /** Number of texts that each stage read, for scorers that read in stages. */
  stages?: Readonly<Record<string, number>>;
  /** Raw scores of each text by the stages that read it, in their order. */
  stageScores?: readonly (readonly number[])[];
  /** Forward passes of a local model, or requests to a server. */
  batches?: number;
  /** Tokens that went through the model, special tokens and padding included. */
  tokens?: number;
  /** Time spent by stage. */
  milliseconds?: Readonly<ScorerMilliseconds>;
  /** How many texts a scorer with a cache had to encode. */
  cache?: CacheReport;
  /** How a cache of scores was used. */
  scoreCache?: ScoreCacheReport;
  /** Requests that were sent again after a failure. */
  retries?: number;
  /** What the provider billed for the call, under the provider's names. */
  usage?: Readonly<Record<string, number>>;
}

/** How late interaction used its cache of document vectors. All counts are of distinct texts. */
export interface CacheReport {
  /** Texts whose vectors were in the cache, or were being computed by another call. */
  hits: number;
  /** Hits whose vectors were read from the folder. */
  stored: number;
  /** Texts that were encoded. */
  misses: number;
  /** Files in the folder that were damaged. Their texts were encoded again. */
  damaged: number;
  /** Memory that the cached vectors take now, in bytes. */
  bytes: number;
  /** Why the folder could not be read or written, where it could not. */
  failure?: string;
}

/** How a `CachedScorer` used its cache. All counts are of distinct texts. */
export interface ScoreCacheReport {
  /** Texts whose score was in the cache. */
  hits: number;
  /** Hits whose score came from the store. */
  stored: number;
  /** Texts that were scored. */
  misses: number;
  /** Memory that the cached scores take now, in bytes. */
  bytes: number;
  /** Why the store could not be read or written, where it could not. */
  failure?: string;
}

/** A text and the parts of it that are scored one by one. */
export interface PartedText {
  text: string;
  /** In order, not overlapping, not empty. */
  parts: readonly TextSpan[];
}

/** Scores of the parts of texts. */
export interface PartScores {
  /** One list per text with one number per part. */
  scores: readonly (readonly number[])[];
  /**
   * Evidence that each part, rather than the others of its text, holds the answer: the logarithm of the odds, up to a constant per text. By
   * default the pruner takes the scores' own odds.
   */
  evidence?: readonly (readonly number[])[];
  /**
   * Lowest score at which a model that was trained to choose parts keeps one; the scores are then probabilities, 0 to 1. Without it, the
   * scores are on the scale of the raw scores of whole texts.
   */
  threshold?: number;
}

/** Options of one {@link RelevanceScorer.score} call. */
export interface ScoreOptions {
  /** Stops the work; the call then rejects with the signal's reason. */
  signal?: AbortSignal;
  /**
   * How many of the best texts the caller will use, 1 or more. A scorer may then read the others in part; their scores must be finite, and
   * below those of the best. @default all
   */
  topN?: number;
  /** Called at most once, before the call resolves, with what is known besides the scores. */
  onReport?: (report: ScorerReport) => void;
}

/**
 * The interface between rerankers and whatever computes relevance: a local model, a server, or a function that you write.
 * It knows nothing about LangChain documents.
 *
 * @example
 * const overlap: RelevanceScorer = {
 *   score: async (query, texts) => texts.map((text) => query.split(" ").filter((word) => text.includes(word)).length),
 * };
 * const reranker = new CrossEncoderReranker({ model: overlap, topN: 3 });
 */
export interface RelevanceScorer {
  /**
   * Scores every text against the query.
   *
   * @returns One finite number per text, in the order of `texts`; higher is more relevant.
   */
  score(query: string, texts: readonly string[], options?: ScoreOptions): Promise<readonly number[]>;
  /**
   * Scores parts of texts, such as sentences, each read in the context of its text. `ContextPruner` prefers it to scoring sentences as texts.
   *
   * @returns undefined if the model cannot do it.
   */
  scoreParts?(query: string, texts: readonly PartedText[], signal?: AbortSignal): Promise<PartScores | undefined>;
  /** Name for reports and traces. @default the class name */
  readonly model?: string;
  /** Score of a blank text, which is never passed to {@link score}. @default -(2 ** 100) */
  readonly lowestScore?: number;
  /**
   * Curve that turns the raw scores into probabilities. Rerankers apply it, so that `sim` is a probability; {@link score} does not.
   * May be undefined until the model has been loaded. @default none
   */
  readonly calibration?: Calibration | undefined;
  /**
   * Languages that the model reads, as ISO 639-1 codes, or `["multilingual"]`. Rerankers warn about texts in other languages.
   * @default unknown, no warning
   */
  readonly languages?: readonly string[] | undefined;
  /**
   * Identifies the content of the model: another string once its files or its calibration change under the same name. Stored scores are
   * used again only for the same string. Locates the model, and downloads it if necessary. @default unknown, as for servers
   */
  modelVersion?(options?: { signal?: AbortSignal }): Promise<string | undefined>;
  /** Loads the model, so that the first call to {@link score} is as fast as the others. */
  load?(options?: { signal?: AbortSignal }): Promise<void>;
  /**
   * True if scores may be compared within one call of {@link score} only, because they depend on the other texts of the call (listwise
   * models). @default false
   */
  readonly scoresHoldWithinRequest?: boolean | undefined;
  /**
   * True if {@link ScoreOptions.topN} lets the scorer read less. It then needs all texts in one call. May be undefined until the model has
   * been loaded. @default false
   */
  readonly readsLessForTopN?: boolean | undefined;
  /** Frees what the scorer holds: threads, sessions, sockets. */
  dispose?(): Promise<void>;
}

/**
 * A scorer that holds a model, which `await using` or {@link dispose} frees.
 *
 * Written without the global `AsyncDisposable`: where a program's `lib` lacks it, that name would silently turn the whole type into `any`.
 */
export interface DisposableScorer extends RelevanceScorer {
  /** Frees what the scorer holds. The next call loads the model again. */
  dispose(): Promise<void>;
  /** Calls {@link dispose} at the end of an `await using` scope. */
  [Symbol.asyncDispose](): Promise<void>;
}
