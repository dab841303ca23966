#!/usr/bin/env bash
# @langchain/classic 1.0.50: `TimeWeightedVectorStoreRetriever` returns k + 1 documents. Its loop stops once there are more than k
# (dist/retrievers/time_weighted.js, `if (results.length > this.k) break` after the push), though the class describes `k` as "the maximum number of documents
# to retrieve in a given call"; the Python class takes the first k. The document in excess also counts as accessed, so its age starts again at 0 and it ranks
# higher from then on.
# Seen with Node 20 on 2026-11-30: of five documents, k = 1 returns two, k = 3 returns four.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --ignore-scripts --no-audit --no-fund --legacy-peer-deps @langchain/core@1.4.0 @langchain/classic@1.0.50
cat >run.mjs <<'JS'
import { TimeWeightedVectorStoreRetriever } from "@langchain/classic/retrievers/time_weighted";
import { MemoryVectorStore } from "@langchain/classic/vectorstores/memory";

const embed = (text) => [text.length, 1];
const embeddings = { embedQuery: async (text) => embed(text), embedDocuments: async (texts) => texts.map(embed) };
const twoDaysAgo = Math.floor(Date.now() / 1000) - 2 * 24 * 3600;
const counts = {};
for (const k of [1, 3]) {
  const retriever = new TimeWeightedVectorStoreRetriever({ vectorStore: new MemoryVectorStore(embeddings), k });
  await retriever.addDocuments(["a", "bb", "ccc", "dddd", "eeeee"].map((pageContent) => ({ pageContent, metadata: { last_accessed_at: twoDaysAgo } })));
  const documents = await retriever.invoke("query");
  const accessed = retriever.getMemoryStream().filter(({ metadata }) => metadata.last_accessed_at > twoDaysAgo).length;
  counts[k] = documents.length;
  console.log(`k = ${k}: ${documents.length} documents returned (${documents.map(({ pageContent }) => pageContent).join(" ")}), ${accessed} counted as accessed`);
  if (accessed !== documents.length) throw new Error("the behavior changed");
}
if (counts[1] !== 2 || counts[3] !== 4) throw new Error("the behavior changed");
JS
node run.mjs
