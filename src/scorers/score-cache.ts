import { raceAbort } from "../abort.js";
import { errorNames } from "../error-names.js";
import { InvalidOptionError } from "../errors.js";
import { type Checks, callSignal, checkOptions, checkTexts, functionFor, integer, text } from "../options.js";
import { sha256 } from "../sha256.js";
import { type CachedScore, cacheableScore, cachedReport, fromStore, isCachedScore } from "./cached-score.js";
import { callScorer, isScorerOption, scorerName } from "./create-scorer.js";
import {
  LOWEST_SCORE,
  type PartScores,
  type RelevanceScorer,
  type ScoreCacheReport,
  type ScoreOptions,
  type ScorerReport,
} from "./relevance-scorer.js";

/** Where a {@link CachedScorer} keeps scores beyond its memory: Redis, a file, a `Map`. The `ScoreCache` of the evaluation fits too. */
export interface ScoreStore {
  /** Returns the stored value or its JSON text, or `undefined` or `null` if there is none. */
  get(key: string): unknown;
  /** Stores a value, which is plain JSON. Clients that store text need `JSON.stringify(value)`. */
  set(key: string, value: unknown): unknown;
}

/** Options of {@link CachedScorer}. */
export interface CachedScorerOptions {
  /** The scorer whose scores are cached. */
  model: RelevanceScorer;
  /**
   * Everything that the scores depend on besides query, text and the scorer's `model` and `modelVersion`: the instruction, and every other setting that changes scores,
   * such as the version of a model behind a server.
   * Required if there is a `store`, because scorers with different settings may share it.
   * @default ""
   */
  instruction?: string | undefined;
  /**
   * Memory for cached scores, in bytes; the least recently used are dropped. 0 for none.
   * @default 16777216, about 80,000 scores
   */
  maxBytes?: number | undefined;
  /** Asked for what is not in memory. A store that fails costs time, not the call: the report says so. @default none */
  store?: ScoreStore | undefined;
}

const CHECKS = {
  model: (option, value) => {
    if (!isScorerOption(option, value)) throw new InvalidOptionError(option, value, "a scorer");
  },
  instruction: (option, value) => value === "" || text(option, value),
  maxBytes: integer(0),
  store: (option, value) => {
    const { get, set } = (value ?? {}) as Partial<ScoreStore>;
    functionFor("a function from a key to a value")(`${option}.get`, get);
    functionFor("a function of a key and a value")(`${option}.set`, set);
  },
} satisfies Checks<Required<CachedScorerOptions>>;

/** Memory of an entry besides its value: the key and the slot in the map. */
const ENTRY_BYTES = 160;
/** Part of each key. To be changed when the form of the values changes. */
const VERSION = 2;

/**
 * Remembers the scores of another scorer by query, text, model and instruction, and in a store by the version of the model, so that a repeated question is not paid for or computed
 * again. What the scorer reported about a text (truncation, passage, spans) or the query (truncation, offset) is remembered with the score,
 * and so are the warnings of the call: a hit repeats them, in the words of that call. Equal texts of a call are scored once.
 *
 * @throws InvalidOptionError from the constructor for an invalid option, a missing `instruction` with a `store`, or a listwise scorer, whose
 * scores depend on the other texts of the call.
 *
 * @example
 * const model = new CachedScorer({ model: new HttpCrossEncoder({ provider: "cohere" }) });
 * const reranker = new CrossEncoderReranker({ model, topN: 3 });
 */
export class CachedScorer implements RelevanceScorer {
  readonly #scorer: RelevanceScorer;
  readonly #instruction: string;
  readonly #maxBytes: number;
  readonly #store: ScoreStore | undefined;
  /** Least recently used first. */
  readonly #memory = new Map<string, { entry: CachedScore; bytes: number }>();
  #bytes = 0;

  constructor(options: CachedScorerOptions) {
    CHECKS.model("model", options?.model);
    checkOptions(options, CHECKS, "CachedScorer");
    const { model, instruction, maxBytes = 2 ** 24, store } = options;
    if (store !== undefined && instruction === undefined) {
      const problem =
        'Missing `instruction`. Scorers may share a `store`: pass the instruction and every setting that changes scores, or "" if there is none.';
      throw InvalidOptionError.because("instruction", instruction, problem);
    }
    if (model.scoresHoldWithinRequest) {
      const problem = `The scores of ${scorerName(model)} cannot be cached, because they depend on the other texts of the call.`;
      throw InvalidOptionError.because("model", model.model, problem);
    }
    this.#scorer = model;
    this.#instruction = instruction ?? "";
    this.#maxBytes = maxBytes;
    this.#store = store;
  }

  get model(): string {
    return scorerName(this.#scorer);
  }

  get lowestScore(): number {
    return this.#scorer.lowestScore ?? LOWEST_SCORE;
  }

  get calibration() {
    return this.#scorer.calibration;
  }

  get languages() {
    return this.#scorer.languages;
  }

  get scoresHoldWithinRequest() {
    return this.#scorer.scoresHoldWithinRequest;
  }

  async modelVersion(options?: { signal?: AbortSignal }): Promise<string | undefined> {
    return this.#scorer.modelVersion?.(options);
  }

  async load(options?: { signal?: AbortSignal }): Promise<void> {
    await this.#scorer.load?.(options);
  }

  /**
   * @returns One number per text, in the order of `texts`, from the cache or the scorer.
   * @throws What the scorer throws. InvalidResponseError unless it returns one finite number per text; then nothing is remembered. The
   * signal's reason after an abort.
   */
  async score(query: string, texts: readonly string[], options: ScoreOptions = {}): Promise<readonly number[]> {
    checkTexts(texts);
    const signal = callSignal(options);
    const counts: ScoreCacheReport = { hits: 0, stored: 0, misses: 0, bytes: 0 };
    const found = new Map<string, CachedScore>();
    const keys = new Map<string, string>();
    // Memory does not outlive the model.
    const version = this.#store && (await this.modelVersion(options));
    const lookUp = async (each: string) => {
      const key = await sha256(JSON.stringify([VERSION, this.model, version, this.#instruction, query, each]));
      keys.set(each, key);
      const entry = this.#recall(key) ?? (await this.#load(key, counts));
      if (entry) found.set(each, entry);
    };
    const distinct = [...new Set(texts)];
    await raceAbort(signal, Promise.all(distinct.map(lookUp)));
    const missing = distinct.filter((each) => !found.has(each));
    Object.assign(counts, { hits: found.size, misses: missing.length });
    const report: ScorerReport =
      missing.length > 0 ? await this.#compute(query, missing, options, found) : { model: this.model };
    if (!report.scoresHoldWithinRequest) {
      const kept = missing.map((each) => this.#keep(keys.get(each) as string, found.get(each) as CachedScore, counts));
      await raceAbort(signal, Promise.all(kept));
    }
    counts.bytes = this.#bytes;
    const entries = texts.map((each) => found.get(each) as CachedScore);
    options.onReport?.({ ...report, ...cachedReport(entries), scoreCache: counts });
    return entries.map(({ score }) => score);
  }

  /** Scores parts with the scorer. Their scores are not cached. */
  async scoreParts(...call: Parameters<NonNullable<RelevanceScorer["scoreParts"]>>): Promise<PartScores | undefined> {
    return this.#scorer.scoreParts?.(...call);
  }

  /** Frees the memory and the scorer. The store stays open. */
  async dispose(): Promise<void> {
    this.#memory.clear();
    this.#bytes = 0;
    await this.#scorer.dispose?.();
  }

  /** Calls {@link dispose} at the end of an `await using` scope. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  /** Scores texts and adds what is known about them to `found`. */
  async #compute(
    query: string,
    texts: readonly string[],
    { signal }: ScoreOptions,
    found: Map<string, CachedScore>,
  ): Promise<ScorerReport> {
    const { scores, report } = await callScorer(this.#scorer, { query, texts, signal });
    texts.forEach((each, index) => {
      found.set(each, cacheableScore(scores[index] as number, report, index));
    });
    return report;
  }

  #recall(key: string): CachedScore | undefined {
    const kept = this.#memory.get(key);
    if (!kept) return undefined;
    this.#memory.delete(key);
    this.#memory.set(key, kept);
    return kept.entry;
  }

  async #load(key: string, counts: ScoreCacheReport): Promise<CachedScore | undefined> {
    if (!this.#store) return;
    try {
      const value = fromStore(await this.#store.get(key));
      if (value === undefined || value === null) return;
      if (isCachedScore(value)) {
        counts.stored++;
        this.#remember(key, value);
        return value;
      }
      counts.failure =
        "`store.get` returned something other than the value that `store.set` was given, or its JSON text.";
    } catch (error) {
      counts.failure = storeFailure("get", error);
    }
  }

  async #keep(key: string, entry: CachedScore, counts: ScoreCacheReport): Promise<void> {
    this.#remember(key, entry);
    try {
      await this.#store?.set(key, entry);
    } catch (error) {
      counts.failure = storeFailure("set", error);
    }
  }

  #remember(key: string, entry: CachedScore): void {
    const bytes = ENTRY_BYTES + JSON.stringify(entry).length;
    if (bytes > this.#maxBytes) return;
    this.#bytes += bytes - (this.#memory.get(key)?.bytes ?? 0);
    this.#memory.delete(key);
    this.#memory.set(key, { entry, bytes });
    for (const [oldest, kept] of this.#memory) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#memory.delete(oldest);
      this.#bytes -= kept.bytes;
    }
  }
}

function storeFailure(method: keyof ScoreStore, error: unknown): string {
  return `\`store.${method}\` failed (${errorNames(error)}). Its message may contain secrets; call it directly to see it.`;
}
