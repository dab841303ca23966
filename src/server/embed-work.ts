import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import { type Body, optional, optionalCount, textList } from "./fields.js";
import { invalidField } from "./http-error.js";

/** A request in the shape of OpenAI's `/v1/embeddings`. */
export interface EmbedRequest {
  model: string | undefined;
  texts: string[];
  base64: boolean;
  dimensions: number | undefined;
}

/** @throws HttpError 400 or 413, naming the field. Token arrays are refused: they are ids of another model's vocabulary. */
export function readEmbedRequest(body: Body, limit: number): EmbedRequest {
  const format = optional(body, "encoding_format", "string") ?? "float";
  if (format !== "float" && format !== "base64") throw invalidField("encoding_format", 'must be "float" or "base64"');
  const single = typeof body.input === "string";
  const texts = textList(single ? { input: [body.input] } : body, "input", limit, false);
  const blank = texts.findIndex((text) => text.trim() === "");
  if (blank >= 0) throw invalidField(single ? "input" : `input[${blank}]`, "must not be blank");
  return {
    model: optional(body, "model", "string"),
    texts,
    base64: format === "base64",
    dimensions: optionalCount(body, "dimensions"),
  };
}

/** Embeds the texts of a request as documents. @throws HttpError 400 when other dimensions are asked for than the model has. */
export async function embedAnswer(name: string, embedder: EmbeddingsInterface, request: EmbedRequest): Promise<object> {
  const vectors = await embedder.embedDocuments(request.texts);
  const length = vectors[0]?.length;
  if (request.dimensions !== undefined && request.dimensions !== length) {
    throw invalidField("dimensions", `the model "${name}" has ${length}`);
  }
  const data = vectors.map((vector, index) => ({
    object: "embedding",
    index,
    embedding: request.base64 ? toBase64(vector) : vector,
  }));
  return { object: "list", data, model: name };
}

/** Little-endian float32, as OpenAI's clients ask for by default. */
function toBase64(vector: readonly number[]): string {
  const buffer = Buffer.alloc(vector.length * 4);
  vector.forEach((value, index) => {
    buffer.writeFloatLE(value, index * 4);
  });
  return buffer.toString("base64");
}
