import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import { isStaticModel } from "../models/bundled.js";
import { rejectOnnxOptions } from "../models/inapplicable-options.js";
import { checkObject } from "../options.js";
import type { OnnxEmbeddingsOptions } from "./onnx-embeddings.js";

/** Options of {@link createEmbeddings}, for ONNX models. */
export type CreateEmbeddingsOptions = Omit<OnnxEmbeddingsOptions, "model">;

/** Embeddings that hold a model, which `await using` or {@link dispose} frees. */
export interface DisposableEmbeddings extends EmbeddingsInterface {
  /** Identifies the content of the model, for keys of stored vectors: another string once its files change. */
  modelVersion(options?: { signal?: AbortSignal }): Promise<string>;
  /** Frees the model. The next call loads it again. */
  dispose(): Promise<void>;
  // Not the global `AsyncDisposable`: where a program's `lib` lacks it, that name would turn the whole type into `any`.
  /** Calls {@link dispose} at the end of an `await using` scope. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Creates the embeddings for a model's name: `StaticEmbeddings` for `"static-en-v1"`, `OnnxEmbeddings` for every other name. The model is
 * not loaded before the first call.
 *
 * @param name A bundled or registered model, a local folder or a repository of the Hugging Face hub.
 * @param options Options of `OnnxEmbeddings`. A static model takes none of them.
 * @throws InvalidOptionError when the name is blank or an option is invalid.
 * @example
 * const embeddings = await createEmbeddings("static-en-v1");
 * const vector = await embeddings.embedQuery("how do bees find flowers?");
 */
export async function createEmbeddings(
  name: string,
  options: CreateEmbeddingsOptions = {},
): Promise<DisposableEmbeddings> {
  checkObject(options);
  if (typeof name === "string" && isStaticModel(name)) {
    rejectOnnxOptions(options, name, "a static model");
    const { StaticEmbeddings } = await import("langchain-rerank/static");
    return new StaticEmbeddings();
  }
  const { OnnxEmbeddings } = await import("langchain-rerank/onnx");
  return new OnnxEmbeddings({ ...options, model: name });
}
