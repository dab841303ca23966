import { InvalidInputError } from "../../errors.js";
import { OnnxModel } from "../../inference/engine/onnx-model.js";
import { OpenOnce } from "../../inference/engine/open-once.js";
import { defaultLateInteractionModel } from "../../models/find.js";
import type { RelevanceScorer, ScoreOptions } from "../relevance-scorer.js";
import { compareDocuments } from "./late-interaction/compare-documents.js";
import { addStats, startCounts } from "./late-interaction/counts.js";
import { LateEncoder } from "./late-interaction/encoder.js";
import {
  checkLateInteractionOptions,
  type OnnxLateInteractionOptions,
  passageOptions,
} from "./late-interaction/options.js";
import { SharedVectors, shareVectors } from "./late-interaction/shared-vectors.js";
import { verifyScores } from "./verify-scores.js";

/** Score of a text that holds nothing, and of one whose MaxSim is negative. */
const LOWEST = 0;

/**
 * Late interaction on this machine's CPU (ColBERT; Khattab & Zaharia 2020, arXiv:2004.12832). Query and documents are encoded apart, one
 * vector a token; a document's score is the mean, over the query's tokens, of the best cosine with one of its tokens (MaxSim), with
 * `pooledWeight` mixed with the cosine of the whole texts' vectors, as BGE-M3 mixes its readings (Chen 2024, arXiv:2402.03216). Negative scores
 * count as 0, so that they are 0 to 1; the report's `raw` holds them as they are.
 *
 * Documents' vectors are kept: another query over the same documents costs one short pass through the model and the comparisons. Instances
 * that name the same model and the same options share them.
 *
 * Works with models of ColBERT's kind, whose markers, mask tokens and skip lists come from the registry or from the model's own files, and with any
 * model that gives token vectors; for those nothing is added and every token counts.
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

  /** @throws InvalidOptionError */
  constructor(options: OnnxLateInteractionOptions = {}) {
    checkLateInteractionOptions(options);
    this.#options = options;
    this.#model = new OnnxModel("late-interaction", options.model ?? defaultLateInteractionModel().name, options);
    this.#encoder = new LateEncoder(this.#model, options);
  }

  get model(): string {
    return this.#model.name;
  }

  /**
   * @returns One MaxSim a text, 0 to 1, in the order given. Texts that hold nothing but white space get 0.
   * @throws ModelNotFoundError, ModelIntegrityError, MissingDependencyError on first use; BackendError when a worker dies.
   */
  async score(query: string, texts: readonly string[], options: ScoreOptions = {}): Promise<readonly number[]> {
    if (typeof query !== "string" || query.trim() === "")
      throw new InvalidInputError("query", "must be a string that is not blank.");
    if (texts.length === 0) return [];
    return this.#model.call(options.signal, (stop) => this.#score(query, texts, stop, options.onReport));
  }

  async #score(
    query: string,
    texts: readonly string[],
    signal: AbortSignal,
    onReport: ScoreOptions["onReport"],
  ): Promise<readonly number[]> {
    if (this.#options.verify) await this.#verified.get(signal);
    const { vectors: kept } = await this.#shared.get(signal);
    const counts = startCounts();
    const encoded = await kept.query(
      query,
      async (stop) => {
        const found = await this.#encoder.query(query, stop);
        addStats(counts, found.stats);
        return found;
      },
      signal,
    );
    // A text that stands there twice is worked on once.
    const distinct = [...new Set(texts.filter((text) => text.trim() !== ""))];
    const call = { encoder: this.#encoder, query: encoded.vectors, kept, counts, signal };
    const results = await compareDocuments(call, distinct);
    const all = texts.map((text) => results.get(text) ?? { similarity: -1, truncated: false });
    onReport?.({
      model: this.model,
      raw: all.map(({ similarity }) => similarity!),
      truncated: all.map(({ truncated }) => truncated || encoded.vectors.truncated),
      passages: all.map(({ passage }) => passage),
      ...counts,
      cache: { ...counts.cache, bytes: kept.bytes, ...(kept.failure ? { failure: kept.failure.message } : {}) },
    });
    return all.map(({ similarity }) => Math.min(1, Math.max(LOWEST, similarity!)));
  }

  /**
   * Frees the model and the vectors once nobody else uses them; calls under way reject with BackendError. What goes to a folder is there when
   * it resolves. The next call starts anew.
   */
  async dispose(): Promise<void> {
    await Promise.all([this.#model.dispose(), this.#shared.close(), this.#verified.close()]);
  }

  /** The same, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  async #share(signal: AbortSignal) {
    const located = await this.#model.located(signal);
    const { cache = {}, maxLength, queryLength, pooledWeight } = this.#options;
    // How much pooled vectors count is no matter of what is kept; whether they do is.
    const pooled = pooledWeight === undefined ? undefined : pooledWeight > 0;
    const settings = { maxLength, pooled, ...passageOptions(this.#options) };
    const key = JSON.stringify([located.folder, located.file, this.model, settings, queryLength, cache]);
    return shareVectors(key, () => SharedVectors.open(cache, located, settings));
  }

  /** Kept vectors say nothing of the file, so that the golden pairs are encoded anew. Golden scores are MaxSim alone. */
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
