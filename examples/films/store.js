import { MemoryVectorStore } from "@langchain/classic/vectorstores/memory";
import { QdrantVectorStore } from "@langchain/qdrant";
import { requireService } from "../lib/missing-service.js";

const START = "docker run -p 6333:6333 qdrant/qdrant";

/**
 * A store that holds the documents: Qdrant where `QDRANT_URL` says where one is (`QDRANT_API_KEY` where it wants a key), else memory.
 *
 * @param {import("@langchain/core/documents").Document[]} documents with a UUID as `id`: Qdrant takes no other names, and writing a point
 *   again under the same id replaces it, so that a second run doubles nothing
 * @param {import("@langchain/core/embeddings").EmbeddingsInterface} embeddings
 * @param {string} collection vectors of two models do not fit one collection, so its name holds the model's
 * @returns {Promise<import("@langchain/core/vectorstores").VectorStore>}
 */
export async function storeOf(documents, embeddings, collection) {
  const url = process.env.QDRANT_URL;
  if (!url) return MemoryVectorStore.fromDocuments(documents, embeddings);
  const apiKey = process.env.QDRANT_API_KEY;
  /** @type {Record<string, string>} */
  const headers = apiKey ? { "api-key": apiKey } : {};
  const variables = { variable: "QDRANT_URL", keyVariable: "QDRANT_API_KEY" };
  await requireService({ service: "Qdrant", ...variables, start: START, address: url, path: "/collections", headers });
  return QdrantVectorStore.fromDocuments(documents, embeddings, { url, apiKey, collectionName: collection });
}
