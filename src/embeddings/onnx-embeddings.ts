import { Embeddings, type EmbeddingsParams } from "@langchain/core/embeddings";
import { InvalidOptionError } from "../errors.js";
import { OnnxModel } from "../inference/engine/onnx-model.js";
import { ONNX_CHECKS, type OnnxOptions } from "../inference/engine/onnx-options.js";
import type { Pooling } from "../models/types.js";
import {
  anything,
  type Checks,
  callSignal,
  checkOptions,
  checkText,
  checkTexts,
  expecting,
  flag,
  oneOf,
} from "../options.js";
import type { EmbedCallOptions } from "./call-options.js";

/** Options of {@link OnnxEmbeddings}. */
export interface OnnxEmbeddingsOptions extends OnnxOptions, EmbeddingsParams {
  /** A local folder that holds the ONNX file, `tokenizer.json` and `config.json`, or the name of a registered model. */
  model: string;
  /**
   * How token vectors are combined into one: their mean, the first (`"cls"`), or the last.
   * @default what the registry or the model's files say; otherwise "last" for decoders and "mean" for encoders
   */
  pooling?: Pooling | undefined;
  /** Whether to scale vectors to length 1. @default true */
  normalize?: boolean | undefined;
  /**
   * Text to prepend to queries, as the model card describes it (`"query: "`, an instruction). Decoders whose files name no prefix require
   * this option; pass `""` for none.
   * @default what the registry or the model's files say, otherwise none
   */
  queryPrefix?: string | undefined;
  /** Text to prepend to documents. @default what the registry or the model's files say, otherwise none */
  documentPrefix?: string | undefined;
}

const prefix = expecting("a string", (value) => typeof value === "string");

const CHECKS: Checks<OnnxEmbeddingsOptions> = {
  ...ONNX_CHECKS,
  model: anything,
  pooling: oneOf(["mean", "cls", "last"]),
  normalize: flag,
  queryPrefix: prefix,
  documentPrefix: prefix,
  maxConcurrency: anything,
  maxRetries: anything,
  onFailedAttempt: anything,
};

/**
 * A bi-encoder on this machine's CPU, on the same engine as `OnnxCrossEncoder`. Use it wherever LangChain takes `Embeddings`.
 *
 * @example
 * const embeddings = new OnnxEmbeddings({ model: "./models/e5-small", queryPrefix: "query: ", documentPrefix: "passage: " });
 * const vectors = await embeddings.embedDocuments(["Bees see ultraviolet light."]);
 */
export class OnnxEmbeddings extends Embeddings {
  readonly #model: OnnxModel;
  readonly #options: OnnxEmbeddingsOptions;

  /** @throws InvalidOptionError if `model` is missing, or an option is unknown or invalid. */
  constructor(options: OnnxEmbeddingsOptions) {
    super(options ?? {});
    checkOptions(options ?? {}, CHECKS, "OnnxEmbeddings");
    if (typeof options?.model !== "string" || options.model.trim() === "") {
      throw new InvalidOptionError("model", options?.model, "a local folder or the name of a registered model");
    }
    this.#options = options;
    this.#model = new OnnxModel("embedding", options.model, options);
  }

  get model(): string {
    return this.#model.name;
  }

  /**
   * Embeds documents. The end of a text that is longer than the model's maximum length is ignored, and reported as truncated.
   *
   * @returns One vector per text, in the order of `texts`; for `[]`, `[]` without loading the model.
   * @throws InvalidInputError if a text is not a string.
   * @throws InvalidOptionError if the model needs `pooling`.
   * @throws ModelNotFoundError, ModelIntegrityError, DownloadError, MissingDependencyError if the model cannot be loaded.
   * @throws BackendError if a worker thread dies, or the instance is disposed of during the call.
   */
  async embedDocuments(texts: string[], options: EmbedCallOptions = {}): Promise<number[][]> {
    checkTexts(texts);
    const registered = this.#model.entry?.documentPrefix;
    return this.#embed("document", this.#options.documentPrefix ?? registered, texts, options);
  }

  /**
   * Embeds a query.
   *
   * @throws InvalidOptionError if the model needs `queryPrefix`; otherwise like {@link embedDocuments}.
   */
  async embedQuery(text: string, options: EmbedCallOptions = {}): Promise<number[]> {
    checkText(text, "text");
    const registered = this.#model.entry?.queryPrefix;
    const [vector] = await this.#embed("query", this.#options.queryPrefix ?? registered, [text], options);
    return vector!;
  }

  /**
   * Identifies the content of the model: another string once its files change under the same name, for keys of stored vectors and scores. It
   * does not depend on `pooling`, `normalize`, prefixes and `maxLength`. Locates the model, and downloads it if necessary.
   */
  async modelVersion(options: { signal?: AbortSignal } = {}): Promise<string> {
    return this.#model.version(callSignal(options));
  }

  /** Frees the model unless other instances use it. The next call loads it again. */
  dispose(): Promise<void> {
    return this.#model.dispose();
  }

  /** Calls {@link dispose} at the end of an `await using` scope. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  async #embed(
    role: "query" | "document",
    prefix: string | undefined,
    texts: readonly string[],
    options: EmbedCallOptions,
  ): Promise<number[][]> {
    const signal = callSignal(options);
    if (texts.length === 0) return [];
    const { onReport } = options;
    const { normalize = true } = this.#options;
    const pooling = this.#options.pooling ?? this.#model.entry?.pooling;
    const { results } = await this.#model.run({ task: "vectors", role, prefix, pooling, normalize }, texts, { signal });
    onReport?.({
      tokens: results.reduce((sum, { tokens }) => sum + tokens!, 0),
      truncated: results.map(({ truncated }) => truncated),
      ...(results.some(({ lacksPrefix }) => lacksPrefix) ? { warnings: [prefixWarning(this.model)] } : {}),
    });
    return results.map(({ vector }) => Array.from(vector!));
  }
}

function prefixWarning(model: string): string {
  return (
    `By its name, ${model} was trained with prefixes before its texts, but none is set and its files name none. ` +
    'Pass `queryPrefix` and `documentPrefix`, as its model card describes them, or "" for none.'
  );
}
