import { z } from "zod";
import type { EmbeddingReport } from "../../embeddings/call-options.js";
import { ignored, optionalCount, optionalText, parseRequest, requiredText, texts } from "./fields.js";
import { invalidField } from "./http-error.js";
import type { ServedEmbedder } from "./served-model.js";

/** A request in the format of OpenAI's `/v1/embeddings`. */
export interface EmbedRequest {
  model: string | undefined;
  texts: readonly string[];
  base64: boolean;
  /** Texts are queries, which some models embed differently from documents. */
  queries: boolean;
  dimensions: number | undefined;
}

/** `input_type` as NVIDIA, Voyage and Cohere write it; OpenAI has none. */
const INPUT_TYPES = ["query", "search_query", "document", "passage", "search_document"] as const;

const body = (limit: number) =>
  z.strictObject({
    model: optionalText(),
    // Arrays of token ids are refused: they are ids of another model's vocabulary.
    input: texts(requiredText(), limit),
    encoding_format: z.enum(["float", "base64"], 'must be "float" or "base64"').nullish(),
    input_type: z.enum(INPUT_TYPES, `must be one of ${INPUT_TYPES.join(", ")}`).nullish(),
    dimensions: optionalCount(),
    ...ignored("user", "truncate", "truncate_prompt_tokens", "add_special_tokens", "priority", "request_id"),
  });

/** Reads a body. @throws HttpError 400 or 413, naming the field. */
export type ReadEmbedRequest = (body: object) => EmbedRequest;

/** @param limit Texts per request. */
export function embedRequestReader(limit: number): ReadEmbedRequest {
  const [schema, single] = [body(limit), requiredText()];
  return (request) => {
    const input = "input" in request && typeof request.input === "string" ? single.safeParse(request.input) : null;
    if (input?.error) throw invalidField("input", "must not be blank");
    const parsed = parseRequest(schema, input ? { ...request, input: [input.data] } : request);
    return {
      model: parsed.model ?? undefined,
      texts: parsed.input,
      base64: parsed.encoding_format === "base64",
      queries: /query$/.test(parsed.input_type ?? "document"),
      dimensions: parsed.dimensions ?? undefined,
    };
  };
}

/** The answer to an embedding request. */
export interface Embedded {
  answer: object;
  /** `undefined` when the embedder does not report it. */
  tokens: number | undefined;
}

/** Embeds the texts of a request. @throws HttpError 400 when the request asks for a different number of dimensions than the model has. */
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
    : await embedder.embedDocuments([...request.texts], { signal, onReport });
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
