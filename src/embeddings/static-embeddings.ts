import { Embeddings, type EmbeddingsParams } from "@langchain/core/embeddings";
import { InvalidInputError } from "../errors.js";
import { checkKnown } from "../options.js";
import { StaticModelReader, type StaticModelSource } from "../static-model/static-model.js";
import type { EmbedCallOptions } from "./call-options.js";

/** Options of {@link StaticEmbeddings}. */
export interface StaticEmbeddingsOptions extends EmbeddingsParams {
  /**
   * The model: bytes, an `http(s):` address to fetch, or a path of a file. In a browser give bytes or an address unless your bundler
   * carries the package's `models/static-en-v1/model.safetensors` along by itself.
   *
   * @default the model that ships with the package
   */
  model?: StaticModelSource | undefined;
}

/** Texts between two looks at the event loop: a few milliseconds of work. */
const TEXTS_A_TURN = 256;

/**
 * Embeddings without a network: one stored vector a word piece, a text is their weighted sum at length 1. Tens of thousands of passages
 * a second on one core, no dependency, same numbers on every machine. English. Made as Model2Vec makes them (van Dongen and Tulkens,
 * 2024) from all-MiniLM-L6-v2, then trained on questions and the passages that answer them; figures are in `models/README.md`.
 *
 * Meant as a first stage and for memory-bound places; word order is lost, and so is all that hangs on it.
 *
 * @example
 * const embeddings = new StaticEmbeddings();
 * const [bee] = await embeddings.embedDocuments(["Bees see ultraviolet light."]); // 192 numbers
 */
export class StaticEmbeddings extends Embeddings {
  readonly #reader: StaticModelReader;

  /** @throws InvalidOptionError */
  constructor(options: StaticEmbeddingsOptions = {}) {
    super(options);
    checkKnown(options, ["model", "maxConcurrency", "maxRetries", "onFailedAttempt"], "StaticEmbeddings");
    this.#reader = new StaticModelReader(options.model);
  }

  /**
   * One unit vector a text, in the order given. A text without a known word gives a zero vector, which every similarity of this package
   * scores 0.
   *
   * @throws InvalidInputError ModelNotFoundError ModelIntegrityError DownloadError
   */
  async embedDocuments(texts: string[], options: EmbedCallOptions = {}): Promise<number[][]> {
    const wrong = texts.findIndex((text) => typeof text !== "string");
    if (wrong >= 0) throw new InvalidInputError(`texts[${wrong}]`, "is not a string.");
    if (texts.length === 0) return [];
    const model = await this.#reader.read();
    const vectors: number[][] = [];
    let tokens = 0;
    for (const text of texts) {
      if (vectors.length % TEXTS_A_TURN === 0) {
        if (vectors.length > 0) await new Promise((resolve) => setTimeout(resolve, 0));
        options.signal?.throwIfAborted();
      }
      const rows = model.pieces.rows(text);
      vectors.push(model.table.sum(rows));
      tokens += rows.length;
    }
    options.onReport?.({ tokens, truncated: texts.map(() => false) });
    return vectors;
  }

  /** The unit vector of one text; see {@link embedDocuments}. */
  async embedQuery(text: string, options: EmbedCallOptions = {}): Promise<number[]> {
    const [vector] = await this.embedDocuments([text], options);
    return vector!;
  }
}
