import { z } from "zod";
import {
  documentItem,
  ignored,
  optionalCount,
  optionalFlag,
  optionalText,
  parseRequest,
  requiredText,
  stringItem,
  texts,
} from "./fields.js";

/** Whose wire format a request has, which the answer then has too. */
export type Dialect = "cohere-v2" | "jina" | "tei";

/** A rerank request in any format. */
export interface RerankRequest {
  dialect: Dialect;
  model: string | undefined;
  query: string;
  texts: readonly string[];
  /** Maximum number of results in the answer. */
  topN: number | undefined;
  /** Echo the texts. */
  withTexts: boolean;
  /** Logits instead of the model's activation of them; `undefined` where the request leaves it to the server. */
  raw: boolean | undefined;
  /** `false`: a text that does not fit the model is an error. */
  truncate: boolean;
}

/** The format that Jina, Cohere, vLLM, Infinity, LocalAI and llama.cpp share, with what only some of them define. */
const documentsBody = (limit: number) =>
  z.strictObject({
    model: optionalText(),
    query: requiredText(),
    documents: texts(documentItem(), limit),
    top_n: optionalCount(),
    return_documents: optionalFlag(),
    raw_scores: optionalFlag(),
    // Cohere v1 and v2.
    ...ignored("max_chunks_per_doc", "max_tokens_per_doc", "rank_fields", "priority"),
    // Jina.
    ...ignored("truncation", "max_doc_length", "max_query_length", "return_embeddings"),
    // vLLM.
    ...ignored("truncate_prompt_tokens", "truncation_side", "user", "mm_processor_kwargs", "cache_salt", "request_id"),
  });

const teiBody = (limit: number) =>
  z.strictObject({
    model: optionalText(),
    query: requiredText(),
    texts: texts(stringItem(), limit),
    return_text: optionalFlag(),
    raw_scores: optionalFlag(),
    truncate: optionalFlag(),
    truncation_direction: z
      .string()
      .regex(/^right$/i, 'only "right" is supported')
      .nullish(),
  });

/** Reads a body that came to a path. @throws HttpError 400 or 413, naming the field. */
export type ReadRerankRequest = (path: string, body: object) => RerankRequest;

/**
 * Makes a function that reads a body by its path and its fields: `/v2/rerank` is Cohere's v2; `texts` on `/rerank` is TEI's; everything else
 * is the format that Jina, Cohere v1, vLLM, Infinity, LocalAI and llama.cpp share.
 *
 * @param limit Texts per request.
 */
export function rerankRequestReader(limit: number): ReadRerankRequest {
  // Made once: building a schema takes several times as long as checking a body against it.
  const [tei, others] = [teiBody(limit), documentsBody(limit)];
  return (path, body) => {
    if (path === "/rerank" && "texts" in body && !("documents" in body)) {
      const { query, model, texts, return_text, raw_scores, truncate } = parseRequest(tei, body);
      return {
        dialect: "tei",
        model: model ?? undefined,
        query,
        texts,
        topN: undefined,
        withTexts: return_text ?? false,
        raw: raw_scores ?? false,
        truncate: truncate ?? true,
      };
    }
    const dialect = path === "/v2/rerank" ? "cohere-v2" : "jina";
    const { query, model, documents, top_n, return_documents, raw_scores } = parseRequest(others, body);
    return {
      dialect,
      model: model ?? undefined,
      query,
      texts: documents,
      topN: top_n ?? undefined,
      withTexts: dialect === "jina" && (return_documents ?? false),
      raw: raw_scores ?? undefined,
      truncate: true,
    };
  };
}
