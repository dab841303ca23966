#!/usr/bin/env bash
# @langchain/community 1.1.29: `LibSQLVectorStore` filters only after it has taken the k nearest vectors (`vector_top_k(…) … AND filter` in
# dist/vectorstores/libsql.js), so a search returns fewer than k documents, or none, although more match. Its documentation does not say so, and
# MemoryVectorStore and HNSWLib filter first. A reranker then gets no candidates.
# Seen with @libsql/client 0.18.0 and Node 20 on 2026-11-29: 3 of 6 documents match; k = 3 finds none of them, k = 6 all.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --ignore-scripts --no-audit --no-fund --legacy-peer-deps @langchain/core@1.4.0 @langchain/classic@1.0.50 @langchain/community@1.1.29 @libsql/client@0.18.0
cat >run.mjs <<'JS'
import { LibSQLVectorStore } from "@langchain/community/vectorstores/libsql";
import { createClient } from "@libsql/client";

const vector = (text) => JSON.parse(text);
const embeddings = { embedQuery: async (text) => vector(text), embedDocuments: async (texts) => texts.map(vector) };
const db = createClient({ url: "file:data.db" });
await db.batch([
  "CREATE TABLE vectors (id INTEGER PRIMARY KEY AUTOINCREMENT, content TEXT, metadata TEXT, embedding F32_BLOB(2))",
  "CREATE INDEX idx_vectors_embedding ON vectors(libsql_vector_idx(embedding))",
]);
const store = new LibSQLVectorStore(embeddings, { db });
await store.addDocuments([0, 1, 2, 3, 4, 5].map((y) => ({ pageContent: `[1,${y}]`, metadata: { language: y < 3 ? "en" : "de" } })));
const count = async (k) => (await store.similaritySearch("[1,0]", k, { language: { operator: "=", value: "de" } })).length;
const counts = [await count(3), await count(4), await count(6)];
console.log(`three documents match the filter; found with k = 3: ${counts[0]}, k = 4: ${counts[1]}, k = 6: ${counts[2]}`);
if (String(counts) !== "0,1,3") throw new Error("the behavior changed");
JS
node run.mjs
