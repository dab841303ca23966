import { InvalidInputError, InvalidOptionError } from "../../errors.js";
import { ONNX_OPTIONS, OnnxModel, type OnnxOptions } from "../../inference/onnx-model.js";
import { OpenOnce } from "../../inference/open-once.js";
import type { JobInput, JobStats, LateJob, TextResult, TokenVectors } from "../../inference/protocol.js";
import { SharedTask } from "../../inference/shared-task.js";
import { defaultLateInteractionModel, findModel } from "../../models/find.js";
import { checkCount, checkKnown, checkNumber, checkOneOf } from "../../options.js";
import type { RelevanceScorer, ScoreOptions, ScorerReport } from "../relevance-scorer.js";
import { SharedVectors, shareVectors, type VectorCacheOptions } from "./late-interaction/shared-vectors.js";
import { verifyScores } from "./verify-scores.js";

/** Options of {@link OnnxLateInteraction}. */
export interface OnnxLateInteractionOptions extends OnnxOptions {
  /**
   * What happens to texts that do not fit: `"truncate"` compares their beginning, `"max-passage"` compares overlapping passages and keeps
   * the best, with its span.
   * @default "truncate"
   */
  longDocuments?: "truncate" | "max-passage" | undefined;
  /** Tokens of the document that one passage holds, at most. @default 256, for texts that do not fit the model */
  passageLength?: number | undefined;
  /** Share of a passage that the next one repeats, 0 to 0.9. @default 0.25 */
  passageOverlap?: number | undefined;
  /**
   * Tokens of a query, special ones included, at most; models that fill queries up do so to this length.
   * @default what the model was trained with (32 for most of ColBERT's kind), else what it can read
   */
  queryLength?: number | undefined;
  /**
   * Share, 0 to 1, of the cosine of the texts' pooled vectors in a score; the rest is MaxSim's. For models whose graph has an output for whole
   * texts beside the one for tokens; 0 leaves MaxSim alone.
   * @default what the model was measured best with: 0.2 for the bundled one, 0 for models of ColBERT's kind
   */
  pooledWeight?: number | undefined;
  /** How documents' token vectors are kept for the next query. `false`: not at all. @default 256 MiB of memory, no folder */
  cache?: VectorCacheOptions | false | undefined;
  /** Score the model's golden pairs first, and refuse it when they are off by more than their tolerance. @default false */
  verify?: boolean | undefined;
}

/** Texts that are looked up and compared together: memory is bounded however many a call brings. */
const WAVE = 256;

/** Score of a text that holds nothing, and of one whose MaxSim is negative. */
const LOWEST = 0;

/** A query that was encoded, and what that cost. */
interface EncodedQuery {
  vectors: TokenVectors;
  stats: JobStats;
}

/** A call's counts. */
type Counts = Required<Pick<ScorerReport, "batches" | "tokens">> & {
  milliseconds: { tokenize: number; inference: number; compare: number };
  cache: { hits: number; stored: number; misses: number; damaged: number };
};

/**
 * Late interaction on this machine's CPU (ColBERT; Khattab & Zaharia 2020, arXiv:2004.12832). Query and documents are encoded apart, one
 * vector a token; a document's score is the mean, over the query's tokens, of the best cosine with one of its tokens (MaxSim), with
 * `pooledWeight` mixed with the cosine of the whole texts' vectors, as BGE-M3 mixes its readings (Chen 2024, arXiv:2402.03216). Negative scores
 * count as 0, so that they are 0 to 1; the report's `logits` hold them as they are.
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
  readonly #shared = new OpenOnce(
    (stop) => this.#share(stop),
    ({ leave }) => leave(),
  );
  readonly #verified = new OpenOnce((stop) => this.#verify(stop));

  /** @throws InvalidOptionError */
  constructor(options: OnnxLateInteractionOptions = {}) {
    const own = ["longDocuments", "passageLength", "passageOverlap", "queryLength", "pooledWeight", "cache", "verify"];
    checkKnown(options, [...ONNX_OPTIONS, ...own], "OnnxLateInteraction");
    checkOneOf("longDocuments", options.longDocuments, ["truncate", "max-passage"]);
    checkCount("passageLength", options.passageLength, 8);
    checkNumber("passageOverlap", options.passageOverlap, 0, 0.9);
    checkCount("queryLength", options.queryLength, 8);
    checkNumber("pooledWeight", options.pooledWeight, 0, 1);
    checkCache(options.cache);
    this.#options = options;
    this.#model = new OnnxModel("late-interaction", options.model ?? defaultLateInteractionModel().name, options);
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
    const counts: Counts = {
      ...{ batches: 0, tokens: 0, milliseconds: { tokenize: 0, inference: 0, compare: 0 } },
      cache: { hits: 0, stored: 0, misses: 0, damaged: 0 },
    };
    const encoded = await kept.query(
      query,
      async (stop) => {
        const found = await this.#encodeQuery(query, stop);
        addStats(counts, found.stats);
        return found;
      },
      signal,
    );
    // A text that stands there twice is worked on once.
    const distinct = [...new Set(texts.filter((text) => text.trim() !== ""))];
    const results = new Map<string, TextResult>();
    for (let start = 0; start < distinct.length; start += WAVE) {
      const wave = distinct.slice(start, start + WAVE);
      const found = await this.#compare(encoded.vectors, wave, kept, counts, signal);
      for (const [place, text] of wave.entries()) results.set(text, found[place]!);
    }
    const all = texts.map((text) => results.get(text) ?? { similarity: -1, truncated: false });
    onReport?.({
      model: this.model,
      logits: all.map(({ similarity }) => similarity!),
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

  /** Compares texts with a query; encodes those that no vectors are kept of, unless another call does. */
  async #compare(
    query: TokenVectors,
    texts: readonly string[],
    kept: SharedVectors,
    counts: Counts,
    signal: AbortSignal,
  ): Promise<TextResult[]> {
    const found = await Promise.all(texts.map((text) => kept.find(text)));
    for (const { stored, damaged } of found) {
      counts.cache.stored += stored ? 1 : 0;
      counts.cache.damaged += damaged ? 1 : 0;
    }
    const results: TextResult[] = new Array(texts.length);
    let left = found.map(({ vectors }, place) => ({ place, vectors }));
    while (left.length > 0) {
      const now: { place: number; input: JobInput }[] = [];
      const others: { place: number; coming: Promise<TokenVectors | undefined> }[] = [];
      for (const { place, vectors } of left) {
        const claimed = vectors ?? kept.claim(texts[place]!);
        if (claimed instanceof Promise) others.push({ place, coming: claimed });
        else now.push({ place, input: claimed ?? texts[place]! });
      }
      const found = await this.#compareOwn(
        query,
        now.map(({ input }) => input),
        kept,
        counts,
        signal,
      );
      for (const [i, { place }] of now.entries()) results[place] = found[i]!;
      // Waited for only now that what others may wait for is done, so that no two calls wait for each other.
      const coming = new SharedTask(() => Promise.all(others.map(({ coming }) => coming)));
      const arrived = await coming.join(signal);
      left = others.map(({ place }, i) => ({ place, vectors: arrived[i] }));
    }
    return results;
  }

  /** The same for vectors, and for texts that are this call's to encode. */
  async #compareOwn(
    query: TokenVectors,
    inputs: readonly JobInput[],
    kept: SharedVectors,
    counts: Counts,
    signal: AbortSignal,
  ): Promise<TextResult[]> {
    if (inputs.length === 0) return [];
    const claimed = new Set(inputs.filter((input) => typeof input === "string"));
    counts.cache.misses += claimed.size;
    counts.cache.hits += inputs.length - claimed.size;
    // As they come: a call that is aborted leaves whole vectors behind, and a long one does not hold them all.
    const keep = (place: number, result: TextResult) => {
      if (result.vectors) {
        const text = inputs[place] as string;
        kept.keep(text, result.vectors);
        claimed.delete(text);
      }
      delete result.vectors;
    };
    try {
      const { results, stats } = await this.#run({ role: "document", query, keep: kept.keeps }, inputs, signal, keep);
      addStats(counts, stats);
      return results;
    } finally {
      for (const text of claimed) kept.giveUp(text);
    }
  }

  async #encodeQuery(query: string, signal: AbortSignal): Promise<EncodedQuery> {
    const { results, stats } = await this.#run({ role: "query", keep: true }, [query], signal);
    return { vectors: results[0]!.vectors!, stats };
  }

  #run(
    what: Pick<LateJob, "role" | "query" | "keep" | "pooledWeight">,
    inputs: readonly JobInput[],
    signal: AbortSignal,
    onResult?: (place: number, result: TextResult) => void,
  ) {
    const entry = findModel(this.model);
    const { maxLength, queryLength } = this.#options;
    const isQuery = what.role === "query";
    const prefix = (isQuery ? entry?.queryPrefix : entry?.documentPrefix) ?? "";
    const job = {
      task: "late" as const,
      prefix,
      length: isQuery ? queryLength : maxLength,
      pooledWeight: this.#options.pooledWeight,
      ...this.#passages,
      ...what,
    };
    return this.#model.run(job, inputs, signal, onResult);
  }

  get #passages() {
    const { longDocuments = "truncate", passageLength, passageOverlap } = this.#options;
    return { longDocuments, passageLength, passageOverlap };
  }

  async #share(signal: AbortSignal) {
    const located = await this.#model.located(signal);
    const { cache = {}, maxLength, queryLength, pooledWeight } = this.#options;
    // How much pooled vectors count is no matter of what is kept; whether they do is.
    const pooled = pooledWeight === undefined ? undefined : pooledWeight > 0;
    const settings = { maxLength, pooled, ...this.#passages };
    const key = JSON.stringify([located.folder, located.file, this.model, settings, queryLength, cache]);
    return shareVectors(key, () => SharedVectors.open(cache, located, settings));
  }

  /** Kept vectors say nothing of the file, so that the golden pairs are encoded anew. Golden scores are MaxSim alone. */
  async #verify(signal: AbortSignal): Promise<void> {
    const { readText } = await this.#model.located(signal);
    await verifyScores(this.model, readText, async (query, text) => {
      const { vectors } = await this.#encodeQuery(query, signal);
      const maxSim = { role: "document", query: vectors, keep: false, pooledWeight: 0 } as const;
      const { results } = await this.#run(maxSim, [text], signal);
      return results[0]!.similarity!;
    });
  }
}

function addStats(counts: Counts, { batches, tokens, ...milliseconds }: JobStats): void {
  counts.batches += batches;
  counts.tokens += tokens;
  for (const stage of ["tokenize", "inference", "compare"] as const) counts.milliseconds[stage] += milliseconds[stage];
}

function checkCache(cache: VectorCacheOptions | false | undefined): void {
  if (cache === undefined || cache === false) return;
  if (typeof cache !== "object" || cache === null)
    throw new InvalidOptionError("cache", cache, "false, or an object with `maxBytes` and `folder`");
  checkKnown(cache, ["maxBytes", "folder", "maxFolderBytes"], "cache");
  checkNumber("cache.maxBytes", cache.maxBytes, 0, Number.MAX_SAFE_INTEGER);
  checkNumber("cache.maxFolderBytes", cache.maxFolderBytes, 0, Number.MAX_SAFE_INTEGER);
  if (cache.folder !== undefined && (typeof cache.folder !== "string" || cache.folder.trim() === ""))
    throw new InvalidOptionError("cache.folder", cache.folder, "a folder's path");
}
