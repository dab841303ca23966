/** Vectors in Milvus, or in memory where no server is named. */
import { Document } from "@langchain/core/documents";

/**
 * @typedef {object} Store
 * @property {string} name where the vectors lie, for people
 * @property {(documents: Document[], vectors: number[][]) => Promise<void>} add
 * @property {(vector: number[], limit: number) => Promise<Document[]>} search best first; `metadata.score` is the inner product
 * @property {() => Promise<void>} close
 */

/**
 * @param {string | undefined} uri address of Milvus, Milvus Lite or Zilliz Cloud
 * @returns {Promise<Store>}
 */
export async function openStore(uri = process.env.MILVUS_URI) {
  if (!uri) return inMemory();
  const { openMilvus } = await import("./milvus.js");
  return openMilvus(uri);
}

/** @returns {Store} */
function inMemory() {
  /** @type {{ document: Document, vector: number[] }[]} */
  let rows = [];
  return {
    name: "memory (set MILVUS_URI for Milvus)",
    async add(documents, vectors) {
      rows = documents.map((document, index) => ({ document, vector: vectors[index] }));
    },
    async search(query, limit) {
      const scored = rows.map(({ document: { pageContent, metadata }, vector }) => {
        const score = vector.reduce((sum, value, index) => sum + value * query[index], 0);
        return new Document({ pageContent, metadata: { ...metadata, score } });
      });
      return scored.sort((a, b) => b.metadata.score - a.metadata.score).slice(0, limit);
    },
    async close() {},
  };
}
