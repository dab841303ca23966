import type { Calibration } from "../../calibration.js";
import { findStaticModel } from "../../models/registry/static.js";
import { anything, type Checks, callSignal, checkOptions, checkQuery, checkTexts } from "../../options.js";
import { type StaticModel, StaticModelReader, type StaticModelSource } from "../../static-model/static-model.js";
import { TokenCosines } from "../../static-model/token-cosines.js";
import { Turns } from "../../static-model/turns.js";
import type { RelevanceScorer, ScoreOptions } from "../relevance-scorer.js";

/** Options of {@link StaticLateInteraction}. */
export interface StaticLateInteractionOptions {
  /**
   * The model, as in `StaticEmbeddings`: its bytes, an `http(s):` URL or the path of a file.
   *
   * @default the bundled model, `static-en-v1`
   */
  model?: StaticModelSource | undefined;
}

const CHECKS: Checks<StaticLateInteractionOptions> = { model: anything };

/** Pairs of tokens, one of the query and one of a text, that are compared before other tasks of the event loop get a turn. */
const PAIRS_PER_TURN = 2 ** 18;
/** The least that a text counts, for splitting it into tokens: 32 texts per turn. */
const PAIRS_OF_TEXT = 2 ** 13;
/** Score of a text without known words, and of one with a negative similarity. */
const LOWEST = 0;

/**
 * Late interaction without a neural network: compares the static vectors of the query's word pieces with those of the text. The score mixes the
 * weighted mean, over the query's pieces, of the best cosine with a piece of the text (MaxSim; Khattab & Zaharia 2020, arXiv:2004.12832) with
 * the cosine of the sums, which is what `StaticEmbeddings` compares. The model's file holds the weights.
 *
 * Runs everywhere, without dependencies: a few milliseconds for a hundred passages. English. Its order is much better than that of the cosine
 * alone or of BM25. `late-en-v1` and cross-encoders, which take the context of each word into account, are better still.
 *
 * @example
 * const reranker = new CrossEncoderReranker({ model: new StaticLateInteraction(), topN: 3 });
 */
export class StaticLateInteraction implements RelevanceScorer {
  readonly lowestScore = LOWEST;
  readonly #reader: StaticModelReader;

  /** @throws InvalidOptionError if an option is unknown or invalid. */
  constructor(options: StaticLateInteractionOptions = {}) {
    checkOptions(options, CHECKS, "StaticLateInteraction");
    this.#reader = new StaticModelReader(options.model);
  }

  get model(): string {
    return this.#reader.name;
  }

  /** The curve of the bundled model or, once another model has been read, the one in its file. */
  get calibration(): Calibration | undefined {
    return this.#reader.calibration;
  }

  get languages(): readonly string[] | undefined {
    return findStaticModel(this.model)?.languages;
  }

  /** Hash of the model's file and calibration. */
  async modelVersion(): Promise<string> {
    return this.#reader.version();
  }

  /** Reads the model. */
  async load(): Promise<void> {
    await this.#reader.read();
  }

  /**
   * Scores texts against a query.
   *
   * @returns One similarity per text, between 0 and 1, in the order of `texts`. The report's `raw` has negative ones unchanged. A text without
   *   known words gets 0, as do all texts if the query has none.
   * @throws InvalidInputError if the query is blank or a text is not a string.
   * @throws ModelNotFoundError, ModelIntegrityError, DownloadError if the model cannot be read.
   */
  async score(query: string, texts: readonly string[], options: ScoreOptions = {}): Promise<readonly number[]> {
    checkQuery(query);
    checkTexts(texts);
    const signal = callSignal(options);
    if (texts.length === 0) return [];
    signal?.throwIfAborted();
    const started = performance.now();
    const model = await this.#reader.read();
    const load = performance.now() - started;
    const compare = comparison(model, query);
    const turns = new Turns(PAIRS_PER_TURN, signal);
    const similarities: number[] = [];
    let tokens = compare.queryTokens;
    signal?.throwIfAborted();
    for (const text of texts) {
      if (turns.isDue) await turns.take();
      const rows = model.pieces.rows(text);
      tokens += rows.length;
      const pairs = rows.length * compare.distinctTokens;
      turns.add(Math.max(pairs, PAIRS_OF_TEXT));
      // A copy, since other calls use the array during the turns.
      similarities.push(pairs > PAIRS_PER_TURN ? await compare.inTurns(rows.slice(), turns) : compare.similarity(rows));
    }
    options.onReport?.({
      model: this.model,
      raw: similarities,
      truncated: texts.map(() => false),
      tokens,
      milliseconds: { load, compare: performance.now() - started - load },
    });
    return similarities.map((similarity) => Math.min(1, Math.max(LOWEST, similarity)));
  }

  /** Forgets the model, except the bundled one, which the process shares. The next call reads it again. */
  async dispose(): Promise<void> {
    this.#reader.forget();
  }

  /** Calls {@link dispose} at the end of an `await using` scope. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }
}

/** Compares texts, as rows of the table, with one query. */
function comparison({ table, pieces }: StaticModel, query: string) {
  const rows = pieces.rows(query).slice();
  const sum = table.sum(rows);
  const cosines = rows.length > 0 ? new TokenCosines(table, rows) : undefined;

  function mix(of: Int32Array, maxSim: number): number {
    const other = table.sum(of);
    let cosine = 0;
    for (let i = 0; i < sum.length; i++) cosine += sum[i]! * other[i]!;
    return table.maxSimShare * maxSim + (1 - table.maxSimShare) * cosine;
  }

  return {
    queryTokens: rows.length,
    distinctTokens: cosines?.count ?? 0,
    similarity: (of: Int32Array) => (cosines ? mix(of, cosines.maxSim(of)) : 0),
    /** The same number, for a text with so many tokens that comparing them takes several turns. */
    async inTurns(of: Int32Array, turns: Turns): Promise<number> {
      if (!cosines) return 0;
      const step = Math.ceil(PAIRS_PER_TURN / cosines.count);
      const best = new Float32Array(cosines.count).fill(-1);
      for (let from = 0; from < of.length; from += step) {
        await turns.take();
        cosines.improve(best, of.subarray(from, from + step));
      }
      // The last part may have taken as long as the others.
      await turns.take();
      return mix(of, cosines.mean(best));
    },
  };
}
