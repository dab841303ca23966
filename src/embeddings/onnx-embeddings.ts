import { Embeddings, type EmbeddingsParams } from "@langchain/core/embeddings";
import { InvalidOptionError } from "../errors.js";
import { ONNX_OPTIONS, OnnxModel, type OnnxOptions } from "../inference/engine/onnx-model.js";
import { findModel } from "../models/find.js";
import type { Pooling } from "../models/types.js";
import { checkKnown, checkOneOf } from "../options.js";
import type { EmbedCallOptions } from "./call-options.js";

/** Options of {@link OnnxEmbeddings}. */
export interface OnnxEmbeddingsOptions extends OnnxOptions, EmbeddingsParams {
  /** A local folder with the ONNX file, `tokenizer.json` and `config.json`, or a registered name. */
  model: string;
  /** How token vectors become one. @default what the model's registry entry or files say, else "mean" */
  pooling?: Pooling | undefined;
  /** Bring vectors to length 1. @default true */
  normalize?: boolean | undefined;
  /** Put before every query, as the model's card asks (`"query: "`, an instruction). @default the registry's, else none */
  queryPrefix?: string | undefined;
  /** Put before every document. @default the registry's, else none */
  documentPrefix?: string | undefined;
}

/**
 * A bi-encoder on this machine's CPU, on the same engine as `OnnxCrossEncoder`. Works wherever LangChain takes `Embeddings`.
 *
 * @example
 * const embeddings = new OnnxEmbeddings({ model: "./models/e5-small", queryPrefix: "query: ", documentPrefix: "passage: " });
 * const vectors = await embeddings.embedDocuments(["Bees see ultraviolet light."]);
 */
export class OnnxEmbeddings extends Embeddings {
  readonly #model: OnnxModel;
  readonly #options: OnnxEmbeddingsOptions;

  /** @throws InvalidOptionError */
  constructor(options: OnnxEmbeddingsOptions) {
    const own = [
      "pooling",
      "normalize",
      "queryPrefix",
      "documentPrefix",
      "maxConcurrency",
      "maxRetries",
      "onFailedAttempt",
    ];
    super(options ?? {});
    checkKnown(options ?? {}, [...ONNX_OPTIONS, ...own], "OnnxEmbeddings");
    if (typeof options?.model !== "string" || options.model.trim() === "") {
      throw new InvalidOptionError("model", options?.model, "a local folder or a registered model's name");
    }
    checkOneOf("pooling", options.pooling, ["mean", "cls", "last"]);
    this.#options = options;
    this.#model = new OnnxModel("embedding", options.model, options);
  }

  get model(): string {
    return this.#model.name;
  }

  /** One vector a text, in the order given. Texts past the model's length are cut at the end. */
  async embedDocuments(texts: string[], options: EmbedCallOptions = {}): Promise<number[][]> {
    const entry = findModel(this.model);
    return this.#embed(texts, this.#options.documentPrefix ?? entry?.documentPrefix ?? "", options);
  }

  async embedQuery(text: string, options: EmbedCallOptions = {}): Promise<number[]> {
    const entry = findModel(this.model);
    const [vector] = await this.#embed([text], this.#options.queryPrefix ?? entry?.queryPrefix ?? "", options);
    return vector!;
  }

  /** Frees the model once nobody else uses it. The next call loads it again. */
  dispose(): Promise<void> {
    return this.#model.dispose();
  }

  /** The same, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  async #embed(texts: readonly string[], prefix: string, options: EmbedCallOptions): Promise<number[][]> {
    if (texts.length === 0) return [];
    const { normalize = true } = this.#options;
    const pooling = this.#options.pooling ?? findModel(this.model)?.pooling;
    const job = { task: "vectors" as const, prefix, pooling, normalize };
    const { results } = await this.#model.call(options.signal, (stop) => this.#model.run(job, texts, stop));
    options.onReport?.({
      tokens: results.reduce((sum, { tokens }) => sum + tokens!, 0),
      truncated: results.map(({ truncated }) => truncated),
    });
    return results.map(({ vector }) => Array.from(vector!));
  }
}
