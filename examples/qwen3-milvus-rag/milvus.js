/** Vectors in Milvus, through its own client. */
import { Document } from "@langchain/core/documents";
import { DataType, MilvusClient } from "@zilliz/milvus2-sdk-node";
import { BackendError } from "langchain-rerank";
import { MissingServiceError } from "../lib/missing-service.js";

/** The example's own collection: created from scratch and dropped at the end. */
const COLLECTION = "langchain_rerank_example";

/**
 * @param {string} uri
 * @returns {Promise<import("./store.js").Store>}
 */
export async function openMilvus(uri, token = process.env.MILVUS_TOKEN) {
  const client = new MilvusClient({ address: uri, ...(token ? { token } : {}), timeout: 20_000, logLevel: "panic" });
  try {
    await client.connectPromise;
  } catch (cause) {
    await client.closeConnection();
    const start = "bash examples/qwen3-milvus-rag/milvus-lite.sh";
    throw new MissingServiceError({ service: "Milvus", variable: "MILVUS_URI", address: uri, start, cause });
  }
  return storeIn(client, uri);
}

/**
 * @param {MilvusClient} client
 * @param {string} uri
 * @returns {import("./store.js").Store}
 */
function storeIn(client, uri) {
  return {
    name: `Milvus at ${uri}`,
    async add(documents, vectors) {
      await client.dropCollection({ collection_name: COLLECTION });
      const text = { data_type: DataType.VarChar, max_length: 65_535 };
      const created = await client.createCollection({
        collection_name: COLLECTION,
        fields: [
          { name: "id", data_type: DataType.Int64, is_primary_key: true },
          { name: "vector", data_type: DataType.FloatVector, dim: vectors[0].length },
          ...["text", "source", "heading"].map((name) => ({ name, ...text })),
        ],
        // Vectors have length 1, so the inner product is the cosine.
        index_params: [{ field_name: "vector", index_type: "AUTOINDEX", metric_type: "IP" }],
        consistency_level: "Strong",
      });
      check(created);
      const data = documents.map(({ pageContent, metadata }, id) => {
        return { id, vector: vectors[id], text: pageContent, source: metadata.source, heading: metadata.heading };
      });
      check((await client.insert({ collection_name: COLLECTION, data })).status);
      check(await client.loadCollectionSync({ collection_name: COLLECTION }));
    },
    async search(vector, limit) {
      const output_fields = ["text", "source", "heading"];
      const found = await client.search({ collection_name: COLLECTION, data: vector, limit, output_fields });
      check(found.status);
      return found.results.map(
        ({ text, source, heading, score }) => new Document({ pageContent: text, metadata: { source, heading, score } }),
      );
    },
    async close() {
      await client.dropCollection({ collection_name: COLLECTION });
      await client.closeConnection();
    },
  };
}

/**
 * The client resolves where Milvus refuses.
 * @param {{ error_code: string | number, reason: string }} status
 */
function check({ error_code, reason }) {
  if (error_code !== "Success") throw new BackendError("milvus", `${error_code}: ${reason}`);
}
