#!/usr/bin/env bash
# @langchain/classic 1.0.50: `MatryoshkaRetriever` with `searchType: "euclidean"` returns the documents that are farthest from the query. It sorts by what
# `euclideanDistance` of @langchain/core returns, largest first, as it does with cosines (dist/retrievers/matryoshka_retriever.js, `b - a`). The documentation
# of the method says "from the most similar to the least similar" for all three search types. The second pass is there to improve the order of the first;
# here it reverses it, and drops the nearest documents as soon as the first pass finds more than `largeK`.
# Seen with Node 20 on 2026-11-30: of four documents at distances 0 to 3, cosine and inner product put the one at distance 0 first, euclidean the one at 3.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --ignore-scripts --no-audit --no-fund --legacy-peer-deps @langchain/core@1.4.0 @langchain/classic@1.0.50
cat >run.mjs <<'JS'
import { MatryoshkaRetriever } from "@langchain/classic/retrievers/matryoshka_retriever";
import { MemoryVectorStore } from "@langchain/classic/vectorstores/memory";

const vectors = { query: [3, 4], near: [3, 4], close: [2, 4], away: [1, 4], far: [0, 4] };
const embed = (text) => vectors[text];
const embeddings = { embedQuery: async (text) => embed(text), embedDocuments: async (texts) => texts.map(embed) };
const search = async (searchType) => {
  const vectorStore = new MemoryVectorStore(embeddings);
  const retriever = new MatryoshkaRetriever({ vectorStore, largeEmbeddingModel: embeddings, largeK: 2, searchType });
  await retriever.addDocuments(["far", "near", "away", "close"].map((pageContent) => ({ pageContent, metadata: {} })));
  return (await retriever.invoke("query")).map(({ pageContent }) => pageContent).join(" ");
};
const found = {};
for (const searchType of ["cosine", "innerProduct", "euclidean"]) found[searchType] = await search(searchType);
console.log(found);
if (Object.values(found).join() !== "near close,near close,far away") throw new Error("the behavior changed");
JS
node run.mjs
