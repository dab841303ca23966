import type { EmbeddingReport } from "../../embeddings/call-options.js";
import { type Body, optional, optionalCount, textList } from "./fields.js";
import { invalidField } from "./http-error.js";
import type { ServedEmbedder } from "./options.js";

/** A request in the shape of OpenAI's `/v1/embeddings`. */
export interface EmbedRequest {
  model: string | undefined;
  texts: string[];
  base64: boolean;
  /** Texts are questions, which some models embed otherwise than documents. */
  queries: boolean;
  dimensions: number | undefined;
}

/** `input_type` as NVIDIA, Voyage and Cohere write it; OpenAI has none. */
const KINDS: ReadonlyMap<string, "query" | "document"> = new Map([
  ["query", "query"],
  ["search_query", "query"],
  ["document", "document"],
  ["passage", "document"],
  ["search_document", "document"],
]);

/** @throws HttpError 400 or 413, naming the field. Token arrays are refused: they are ids of another model's vocabulary. */
export function readEmbedRequest(body: Body, limit: number): EmbedRequest {
  const format = optional(body, "encoding_format", "string") ?? "float";
  if (format !== "float" && format !== "base64") throw invalidField("encoding_format", 'must be "float" or "base64"');
  const kind = optional(body, "input_type", "string") ?? "document";
  if (!KINDS.has(kind)) throw invalidField("input_type", `must be one of ${[...KINDS.keys()].join(", ")}`);
  const single = typeof body.input === "string";
  const texts = textList(single ? { input: [body.input] } : body, "input", limit, false);
  const blank = texts.findIndex((text) => text.trim() === "");
  if (blank >= 0) throw invalidField(single ? "input" : `input[${blank}]`, "must not be blank");
  return {
    model: optional(body, "model", "string"),
    texts,
    base64: format === "base64",
    queries: KINDS.get(kind) === "query",
    dimensions: optionalCount(body, "dimensions"),
  };
}

/** The answer to an embedding request. */
export interface Embedded {
  answer: object;
  /** Undefined where the embedder does not tell. */
  tokens: number | undefined;
}

/** Embeds the texts of a request. @throws HttpError 400 when other dimensions are asked for than the model has. */
export async function embedAnswer(
  name: string,
  embedder: ServedEmbedder,
  request: EmbedRequest,
  signal: AbortSignal,
): Promise<Embedded> {
  let tokens: number | undefined;
  const onReport = (report: EmbeddingReport) => {
    tokens = (tokens ?? 0) + report.tokens;
  };
  const vectors = request.queries
    ? await Promise.all(request.texts.map((text) => embedder.embedQuery(text, { signal, onReport })))
    : await embedder.embedDocuments(request.texts, { signal, onReport });
  const length = vectors[0]?.length;
  if (request.dimensions !== undefined && request.dimensions !== length) {
    throw invalidField("dimensions", `the model "${name}" has ${length}`);
  }
  const data = vectors.map((vector, index) => ({
    object: "embedding",
    index,
    embedding: request.base64 ? toBase64(vector) : vector,
  }));
  const usage = tokens === undefined ? {} : { usage: { prompt_tokens: tokens, total_tokens: tokens } };
  return { answer: { object: "list", data, model: name, ...usage }, tokens };
}

/** Little-endian float32, as OpenAI's clients ask for by default. */
function toBase64(vector: readonly number[]): string {
  const buffer = Buffer.alloc(vector.length * 4);
  vector.forEach((value, index) => {
    buffer.writeFloatLE(value, index * 4);
  });
  return buffer.toString("base64");
}
