import { Embeddings, type EmbeddingsParams } from "@langchain/core/embeddings";
import { InvalidInputError, InvalidOptionError } from "../errors.js";
import { checkKnown } from "../options.js";
import { staticModelUrl } from "../static-model-url.js";
import type { EmbedCallOptions } from "./call-options.js";
import { loadBytes } from "./static/load.js";
import { readStaticTable, type StaticTable } from "./static/static-table.js";
import { WordPieces } from "./static/word-pieces.js";

/** Options of {@link StaticEmbeddings}. */
export interface StaticEmbeddingsOptions extends EmbeddingsParams {
  /**
   * The model: bytes, an `http(s):` address to fetch, or a path of a file. In a browser give bytes or an address unless your bundler
   * carries the package's `models/static-en-v1/model.safetensors` along by itself.
   *
   * @default the model that ships with the package
   */
  model?: string | URL | Uint8Array | ArrayBuffer | undefined;
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
 * const [bee] = await embeddings.embedDocuments(["Bees see ultraviolet light."]); // 256 numbers
 */
export class StaticEmbeddings extends Embeddings {
  readonly #source: NonNullable<StaticEmbeddingsOptions["model"]> | undefined;
  #loaded: Promise<LoadedStatic> | undefined;

  /** @throws InvalidOptionError */
  constructor(options: StaticEmbeddingsOptions = {}) {
    super(options);
    checkKnown(options, ["model", "maxConcurrency", "maxRetries", "onFailedAttempt"], "StaticEmbeddings");
    const { model } = options;
    const isBytes = model instanceof Uint8Array || model instanceof ArrayBuffer;
    if (
      model !== undefined &&
      !isBytes &&
      !(model instanceof URL) &&
      (typeof model !== "string" || model.trim() === "")
    ) {
      throw new InvalidOptionError("model", model, "bytes, an address or the path of a file");
    }
    this.#source = model;
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
    const model = await this.#load();
    const vectors: number[][] = [];
    let tokens = 0;
    for (const text of texts) {
      if (vectors.length % TEXTS_A_TURN === 0) {
        if (vectors.length > 0) await new Promise((resolve) => setTimeout(resolve, 0));
        options.signal?.throwIfAborted();
      }
      const embedded = model.embed(text);
      vectors.push(embedded.vector);
      tokens += embedded.tokens;
    }
    options.onReport?.({ tokens, truncated: texts.map(() => false) });
    return vectors;
  }

  /** The unit vector of one text; see {@link embedDocuments}. */
  async embedQuery(text: string, options: EmbedCallOptions = {}): Promise<number[]> {
    const [vector] = await this.embedDocuments([text], options);
    return vector!;
  }

  #load(): Promise<LoadedStatic> {
    this.#loaded ??= this.#source === undefined ? loadBundled() : load(this.#source);
    return this.#loaded.catch((error: unknown) => {
      // A file that comes into being, or a server that comes back, must not need a new instance.
      this.#loaded = undefined;
      throw error;
    });
  }
}

class LoadedStatic {
  readonly #table: StaticTable;
  readonly #pieces: WordPieces;

  constructor(table: StaticTable) {
    this.#table = table;
    this.#pieces = new WordPieces(table.vocabulary);
  }

  /** A unit vector, and how many word pieces it was made of. */
  embed(text: string): { vector: number[]; tokens: number } {
    const table = this.#table;
    let tokens = 0;
    this.#pieces.forEachWord(text, (rows) => {
      tokens += rows.length;
      for (let i = 0; i < rows.length; i++) table.add(rows[i]!);
    });
    return { vector: table.take(), tokens };
  }
}

async function load(source: NonNullable<StaticEmbeddingsOptions["model"]>): Promise<LoadedStatic> {
  const name = typeof source === "string" ? source : source instanceof URL ? source.href : "static model";
  return new LoadedStatic(readStaticTable(name, await loadBytes(source)));
}

let bundled: Promise<LoadedStatic> | undefined;

/** The bundled model is read once a process, whoever asks. */
function loadBundled(): Promise<LoadedStatic> {
  bundled ??= load(staticModelUrl()).catch((error: unknown) => {
    bundled = undefined;
    throw error;
  });
  return bundled;
}
