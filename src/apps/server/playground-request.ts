import type { PlaygroundRequest, RerankMethod } from "../playground/backend.js";
import { type Body, optionalCount, requiredText, textList } from "./fields.js";
import { invalidField } from "./http-error.js";

/** Reads a request of the playground page. @throws HttpError 400 or 413, naming the field. */
export function readPlaygroundRequest(body: Body, maxDocuments: number): PlaygroundRequest {
  const query = requiredText(body, "query");
  const documents = textList(body, "documents", maxDocuments, false);
  const { method } = body;
  if (typeof method !== "object" || method === null || Array.isArray(method)) {
    throw invalidField("method", "must be an object");
  }
  return { query, documents, method: readMethod(method as Body) };
}

function readMethod(method: Body): RerankMethod {
  switch (method.reranker) {
    case "cross-encoder":
      return { reranker: "cross-encoder", model: requiredText(method, "model") };
    case "embedding":
      return { reranker: "embedding", embeddings: requiredText(method, "embeddings") };
    case "hybrid": {
      const { alpha } = method;
      if (typeof alpha !== "number" || !(alpha >= 0 && alpha <= 1)) throw invalidField("alpha", "must be from 0 to 1");
      const topK = optionalCount(method, "topK");
      if (topK === undefined) throw invalidField("topK", "must be a whole number of at least 1");
      const models = { model: requiredText(method, "model"), embeddings: requiredText(method, "embeddings") };
      return { reranker: "hybrid", ...models, alpha, topK };
    }
    default:
      throw invalidField("reranker", 'must be "cross-encoder", "embedding" or "hybrid"');
  }
}
