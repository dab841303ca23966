#!/usr/bin/env bash
# @langchain/community 1.1.29: LanceDB's store silently ignores the filter of a search and of its retriever; documents that do not match come
# back, and leave less room for those that do. `similaritySearchWithScore(query, k)` of the store does not take the third argument that VectorStore of
# @langchain/core declares (dist/vectorstores/lancedb.js; faiss.js, usearch.js, voy.js and momento_vector_index.js are alike).
# Seen with @lancedb/lancedb 0.19.1 and Node 20 on 2026-11-29: a filter for German finds two English documents.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --legacy-peer-deps @langchain/core@1.4.0 @langchain/classic@1.0.50 @langchain/community@1.1.29 @lancedb/lancedb@0.19.1 apache-arrow@18.1.0
cat >run.mjs <<'JS'
import { MemoryVectorStore } from "@langchain/classic/vectorstores/memory";
import { LanceDB } from "@langchain/community/vectorstores/lancedb";

const vector = (text) => JSON.parse(text);
const embeddings = { embedQuery: async (text) => vector(text), embedDocuments: async (texts) => texts.map(vector) };
const texts = ["[1,0]", "[1,0.1]", "[0,1]"];
const languages = [{ language: "en" }, { language: "en" }, { language: "de" }];
const search = async (Store, filter, options) => {
  const store = await Store.fromTexts(texts, languages, embeddings, options);
  const found = [await store.similaritySearch("[1,0]", 2, filter), await store.asRetriever({ k: 2, filter }).invoke("[1,0]")];
  return found.map((documents) => documents.map(({ metadata }) => metadata.language).join(" "));
};
const memory = await search(MemoryVectorStore, ({ metadata }) => metadata.language === "de");
const lance = await search(LanceDB, { language: "de" }, { uri: "data" });
console.log(`a filter for "de" finds ${memory[0]} in MemoryVectorStore, ${lance[0]} in LanceDB, ${lance[1]} with its retriever`);
if (String([memory, lance]) !== "de,de,en en,en en") throw new Error("the behavior changed");
JS
node run.mjs
