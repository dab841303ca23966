import { type Body, optional, optionalCount, requiredText, textList } from "./fields.js";
import { invalidField } from "./http-error.js";

/** Whose wire format a request has, which the answer then has too. */
export type Dialect = "cohere-v2" | "jina" | "tei";

/** A rerank request, whatever its format. */
export interface RerankRequest {
  dialect: Dialect;
  model: string | undefined;
  query: string;
  texts: string[];
  /** How many results to answer with. */
  topN: number | undefined;
  /** Echo the texts. */
  withTexts: boolean;
  /** Logits in place of the model's own activation of them; nothing where the request leaves it to the server. */
  raw: boolean | undefined;
  /** False: a text that does not fit the model is an error. */
  truncate: boolean;
}

/**
 * Reads a body by where it was sent and what it holds: `/v2/rerank` is Cohere's v2; `texts` on `/rerank` is TEI's; everything else is the
 * format that Jina, Cohere v1, vLLM, Infinity, LocalAI and llama.cpp share.
 *
 * @throws HttpError 400 or 413, naming the field.
 */
export function readRerankRequest(path: string, body: Body, maxDocuments: number): RerankRequest {
  const query = requiredText(body, "query");
  const model = optional(body, "model", "string");
  if (path === "/rerank" && body.texts !== undefined && body.documents === undefined) {
    if (body.truncation_direction !== undefined && !/^right$/i.test(String(body.truncation_direction))) {
      throw invalidField("truncation_direction", 'only "right" is supported');
    }
    return {
      dialect: "tei",
      model,
      query,
      texts: textList(body, "texts", maxDocuments, false),
      topN: undefined,
      withTexts: optional(body, "return_text", "boolean") ?? false,
      raw: optional(body, "raw_scores", "boolean") ?? false,
      truncate: optional(body, "truncate", "boolean") ?? true,
    };
  }
  const dialect = path === "/v2/rerank" ? "cohere-v2" : "jina";
  return {
    dialect,
    model,
    query,
    texts: textList(body, "documents", maxDocuments, true),
    topN: optionalCount(body, "top_n"),
    withTexts: dialect === "jina" && (optional(body, "return_documents", "boolean") ?? false),
    raw: optional(body, "raw_scores", "boolean"),
    truncate: true,
  };
}
