import { Embeddings, type EmbeddingsParams } from "@langchain/core/embeddings";
import { anything, type Checks, callSignal, checkOptions, checkText, checkTexts } from "../options.js";
import { StaticModelReader, type StaticModelSource } from "../static-model/static-model.js";
import { Turns } from "../static-model/turns.js";
import type { EmbedCallOptions } from "./call-options.js";

/** Options of {@link StaticEmbeddings}. */
export interface StaticEmbeddingsOptions extends EmbeddingsParams {
  /**
   * The model: its bytes, an `http(s):` URL or the path of a file. In a browser, pass bytes or a URL unless your bundler includes the package's
   * `models/static-en-v1/model.safetensors`.
   *
   * @default the bundled model, `static-en-v1`
   */
  model?: StaticModelSource | undefined;
}

/** LangChain checks its own options. */
const CHECKS: Checks<StaticEmbeddingsOptions> = {
  model: anything,
  maxConcurrency: anything,
  maxRetries: anything,
  onFailedAttempt: anything,
};

/** Tokens that are added up before other tasks of the event loop get a turn. */
const TOKENS_PER_TURN = 2 ** 15;
/** The least that a text counts: 256 texts per turn. */
const TOKENS_OF_TEXT = 2 ** 7;

/**
 * Embeddings without a neural network: the vector of a text is the weighted sum of the stored vectors of its word pieces, scaled to length 1.
 * Tens of thousands of passages per second on one core, without dependencies, with the same numbers on every machine. English. Made from
 * all-MiniLM-L6-v2 by the method of Model2Vec (van Dongen and Tulkens, 2024), then trained on questions and their answers; `models/README.md`
 * has the metrics.
 *
 * Meant as a first stage, and for machines with little memory. Word order has no effect.
 *
 * @example
 * const embeddings = new StaticEmbeddings();
 * const [bee] = await embeddings.embedDocuments(["Bees see ultraviolet light."]); // 192 numbers
 */
export class StaticEmbeddings extends Embeddings {
  readonly #reader: StaticModelReader;

  /** @throws InvalidOptionError if an option is unknown or invalid. */
  constructor(options: StaticEmbeddingsOptions = {}) {
    super(options ?? {});
    checkOptions(options, CHECKS, "StaticEmbeddings");
    this.#reader = new StaticModelReader(options.model);
  }

  /** Name of the model, for reports: `static-en-v1` unless another one was passed. */
  get model(): string {
    return this.#reader.name;
  }

  /**
   * Embeds texts.
   *
   * @returns One unit vector per text, in the order of `texts`. A text without known words gets a zero vector, which all similarities of this
   *   package score 0. Some stores cannot sort its cosine, which is NaN or NULL: see "What hides documents from a reranker" in the guide to
   *   LangChain.
   * @throws InvalidInputError if a text is not a string.
   * @throws ModelNotFoundError, ModelIntegrityError, DownloadError if the model cannot be read.
   */
  async embedDocuments(texts: string[], options: EmbedCallOptions = {}): Promise<number[][]> {
    checkTexts(texts);
    const signal = callSignal(options);
    if (texts.length === 0) return [];
    const model = await this.#reader.read();
    const vectors: number[][] = [];
    let tokens = 0;
    const turns = new Turns(TOKENS_PER_TURN, signal);
    signal?.throwIfAborted();
    for (const text of texts) {
      if (turns.isDue) await turns.take();
      const rows = model.pieces.rows(text);
      vectors.push(model.table.sum(rows));
      tokens += rows.length;
      turns.add(Math.max(rows.length, TOKENS_OF_TEXT));
    }
    options.onReport?.({ tokens, truncated: texts.map(() => false) });
    return vectors;
  }

  /** Embeds one text; see {@link embedDocuments}. */
  async embedQuery(text: string, options: EmbedCallOptions = {}): Promise<number[]> {
    checkText(text, "text");
    const [vector] = await this.embedDocuments([text], options);
    return vector!;
  }

  /** Hash of the model's file: another string once it changes, for keys of stored vectors and scores. */
  async modelVersion(): Promise<string> {
    return this.#reader.version();
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
