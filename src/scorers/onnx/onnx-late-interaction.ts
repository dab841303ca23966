import { callWith, OpenOnce } from "../../abort.js";
import type { Calibration } from "../../calibration.js";
import { OnnxModel } from "../../inference/engine/onnx-model.js";
import { DEFAULT_MODELS } from "../../models/bundled.js";
import { callSignal, checkOptions, checkQuery, checkTexts } from "../../options.js";
import type { PartedText, PartScores, RelevanceScorer, ScoreOptions } from "../relevance-scorer.js";
import { checkPartedTexts } from "./check-parted-texts.js";
import {
  addStats,
  type Comparison,
  compareDocuments,
  LateEncoder,
  meanDirection,
  startCounts,
  tokensOf,
} from "./late-interaction/comparison.js";
import { findMatches } from "./late-interaction/find-matches.js";
import { LATE_INTERACTION_CHECKS, type OnnxLateInteractionOptions } from "./late-interaction/options.js";
import { scoreParts } from "./late-interaction/score-parts.js";
import { SharedVectors, shareVectors } from "./late-interaction/shared-vectors.js";
import { verifyScores } from "./verify-scores.js";

/** Enough texts that every worker thread gets one. */
const LOADING_TEXTS = 16;

/** Score of a blank text, and of a text with a negative MaxSim. */
const LOWEST = 0;

/**
 * Late interaction on this machine's CPU (ColBERT; Khattab & Zaharia 2020, arXiv:2004.12832). Query and documents are encoded separately,
 * with one vector per token. The score of a document is the mean, over the query's tokens, of the best cosine with one of its tokens
 * (MaxSim), mixed by `pooledWeight` with the cosine of the pooled vectors of the whole texts, as in BGE-M3 (Chen 2024, arXiv:2402.03216).
 * A model may state an offset that depends on the query alone and is part of its scores, as `late-en-v1` does. Scores are between 0 and 1;
 * a negative one gives 0, and the report's `raw` has it unchanged.
 *
 * Document vectors are cached: another query over the same documents costs one short forward pass and the comparisons. Instances with the
 * same model and options share the cache.
 *
 * Works with ColBERT models, whose markers, mask tokens and skip lists come from the registry or the model's files, and with any other model
 * that outputs token vectors, where nothing is added and all tokens count.
 *
 * @example
 * const scorer = new OnnxLateInteraction({ cache: { maxBytes: 64e6, folder: ".cache/vectors" } });
 * const scores = await scorer.score("how do bees find flowers?", texts);
 */
export class OnnxLateInteraction implements RelevanceScorer {
  readonly lowestScore = LOWEST;
  readonly #model: OnnxModel;
  readonly #options: OnnxLateInteractionOptions;
  readonly #encoder: LateEncoder;
  readonly #shared = new OpenOnce(
    (stop) => this.#share(stop),
    ({ leave }) => leave(),
  );
  readonly #verified = new OpenOnce((stop) => this.#verify(stop));

  /** @throws InvalidOptionError if an option is unknown or invalid. */
  constructor(options: OnnxLateInteractionOptions = {}) {
    checkOptions(options, LATE_INTERACTION_CHECKS, "OnnxLateInteraction");
    this.#options = options;
    this.#model = new OnnxModel("late-interaction", options.model ?? DEFAULT_MODELS.lateInteraction, options);
    this.#encoder = new LateEncoder(this.#model, options);
  }

  get model(): string {
    return this.#model.name;
  }

  /** The curve in the registry or in the model's files, unless `pooledWeight` is set, which changes the scores. */
  get calibration(): Calibration | undefined {
    return this.#options.pooledWeight === undefined ? this.#model.calibration : undefined;
  }

  get languages(): readonly string[] | undefined {
    return this.#model.entry?.languages;
  }

  /** Hash of the model's files, calibration and registered settings. */
  async modelVersion(options: { signal?: AbortSignal } = {}): Promise<string> {
    return this.#model.version(callSignal(options));
  }

  /** Loads the model into all worker threads, by encoding short queries, which are not cached. */
  async load(options: { signal?: AbortSignal } = {}): Promise<void> {
    await callWith([callSignal(options), this.#model.disposal], async (stop) => {
      await this.#shared.get(stop);
      await Promise.all(Array.from({ length: LOADING_TEXTS }, (_, index) => this.#encoder.query(`${index}`, stop)));
    });
  }

  /**
   * Scores texts against a query. Identical texts are encoded once.
   *
   * @returns One similarity per text, between 0 and 1, in the order of `texts`; 0 for blank texts; for `[]`, `[]` without loading the model.
   * @throws InvalidInputError if the query is blank or a text is not a string.
   * @throws ModelNotFoundError, ModelIntegrityError, DownloadError, MissingDependencyError if the model cannot be loaded.
   * @throws BackendError if a worker thread dies, or the scorer is disposed of during the call.
   */
  async score(query: string, texts: readonly string[], options: ScoreOptions = {}): Promise<readonly number[]> {
    checkQuery(query);
    checkTexts(texts);
    const stop = callSignal(options);
    if (texts.length === 0) return [];
    return this.#call(query, stop, (call) => this.#score(call, query, texts, options.onReport));
  }

  /**
   * Scores parts of texts, such as sentences, by the vectors that their tokens have in the context of the text. The text is encoded once for
   * all of them, and its vectors are cached.
   *
   * @param texts Each with its parts, in order and not overlapping.
   * @returns One similarity per part, between -1 and 1, from the part's own tokens and, by half, those of the part
   * before it; special tokens do not count. Parts beyond the model's limit are read too.
   * @throws InvalidInputError if a part is empty, lies outside of its text, overlaps another, or comes before one that starts earlier; otherwise as
   * {@link score}.
   * @example
   * const { scores } = await scorer.scoreParts("who sleeps?", [{ text: "Bees fly. Cats sleep.", parts: [{ start: 0, end: 9 }, { start: 10, end: 21 }] }]);
   */
  async scoreParts(query: string, texts: readonly PartedText[], signal?: AbortSignal): Promise<PartScores> {
    checkQuery(query);
    checkPartedTexts(texts);
    if (texts.length === 0) return { scores: [] };
    return this.#call(query, signal, (call) => scoreParts(call, query, texts));
  }

  /** Encodes the query and compares documents with it. */
  async #call<T>(query: string, stop: AbortSignal | undefined, compare: (call: Comparison) => Promise<T>): Promise<T> {
    return callWith([stop, this.#model.disposal], async (signal) => {
      if (this.#options.verify) await this.#verified.get(signal);
      const { vectors: cached } = await this.#shared.get(signal);
      const counts = startCounts();
      const encode = async (within: AbortSignal) => {
        const found = await this.#encoder.query(query, within);
        addStats(counts, found.stats);
        return found;
      };
      const { vectors, offset } = await cached.query(query, encode, signal);
      return compare({ encoder: this.#encoder, query: vectors, offset, cached, counts, signal });
    });
  }

  async #score(
    call: Comparison,
    query: string,
    texts: readonly string[],
    onReport: ScoreOptions["onReport"],
  ): Promise<readonly number[]> {
    const { counts, cached, offset } = call;
    const distinct = [...new Set(texts.filter((text) => text.trim() !== ""))];
    const results = await compareDocuments(call, distinct);
    const matches = this.#options.wordMatches ? await findMatches(call, query, distinct) : undefined;
    const matchesOf = new Map(distinct.map((text, index) => [text, matches?.[index]]));
    const all = texts.map((text) => results.get(text) ?? { similarity: -1, truncated: false });
    const raw = all.map(({ similarity }) => similarity! + offset);
    onReport?.({
      model: this.model,
      ...(this.#model.runtime && { runtime: this.#model.runtime }),
      raw,
      ...(offset === 0 ? {} : { queryOffset: offset }),
      truncated: all.map(({ truncated }) => truncated),
      ...(call.query.truncated ? { queryTruncated: true } : {}),
      passages: all.map(({ passage }) => passage),
      ...(matches ? { spans: texts.map((text) => matchesOf.get(text)) } : {}),
      ...counts,
      cache: { ...counts.cache, bytes: cached.bytes, ...(cached.failure ? { failure: cached.failure.message } : {}) },
    });
    return raw.map((score) => Math.min(1, Math.max(LOWEST, score)));
  }

  /** What the offset of a query is computed from, for benchmark/calibration.js, which fits it. @internal */
  async queryFeatures(query: string): Promise<{ tokens: number; direction: readonly number[] }> {
    const { vectors } = await this.#encoder.query(query, this.#model.disposal);
    return { tokens: tokensOf(vectors), direction: meanDirection(vectors) };
  }

  /** Those of the texts whose vectors are in memory, so that comparing them costs next to nothing. @internal */
  async knownTexts(texts: readonly string[]): Promise<Set<string>> {
    const { vectors } = await this.#shared.get();
    return new Set(texts.filter((text) => vectors.holds(text)));
  }

  /**
   * Frees the model and the cached vectors unless other instances use them, and resolves when the vectors for `cache.folder` have been
   * written. Calls in progress reject with a `BackendError`; the next call starts with an empty cache.
   */
  async dispose(): Promise<void> {
    await Promise.all([this.#model.dispose(), this.#shared.close(), this.#verified.close()]);
  }

  /** Calls {@link dispose} at the end of an `await using` scope. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  async #share(signal: AbortSignal) {
    const located = await this.#model.located(signal);
    const { cache = {}, maxLength, queryLength, pooledWeight } = this.#options;
    // The cache depends on whether there are pooled vectors, not on their weight.
    const pooled = pooledWeight === undefined ? undefined : pooledWeight > 0;
    const settings = { maxLength, pooled, ...this.#encoder.passages };
    const key = JSON.stringify([located.folder, located.file, this.model, settings, queryLength, cache]);
    return shareVectors(key, () => SharedVectors.open(cache, located, settings));
  }

  /** Encodes the golden pairs without the cache, whose vectors may come from another file. Golden scores are MaxSim only. */
  async #verify(signal: AbortSignal): Promise<void> {
    const { readText } = await this.#model.located(signal);
    await verifyScores(this.model, readText, async (query, text) => {
      const { vectors } = await this.#encoder.query(query, signal);
      const maxSim = { query: vectors, keep: false, pooledWeight: 0 };
      const { results } = await this.#encoder.documents(maxSim, [text], signal);
      return results[0]!.similarity!;
    });
  }
}
