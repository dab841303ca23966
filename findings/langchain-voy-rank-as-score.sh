#!/usr/bin/env bash
# @langchain/community 1.1.29: `similaritySearchWithScore` of VoyVectorStore returns each document's position, 0, 1, 2 …, where its documentation promises "a
# similarity score" (dist/vectorstores/voy.js: `[this.docstore[parseInt(id, 10)].document, idx]`). The best hit always scores 0, however far it is, so
# no threshold and no blend with a reranker's score means anything.
# Seen with voy-search 0.6.3 and Node 20 on 2026-11-29: the same document scores 0 for a query equal to it and for one opposite to it.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --ignore-scripts --no-audit --no-fund --legacy-peer-deps @langchain/core@1.4.0 @langchain/classic@1.0.50 @langchain/community@1.1.29 voy-search@0.6.3
cp node_modules/voy-search/voy_search_bg.js voy_search_bg.mjs
cat >run.mjs <<'JS'
import { readFileSync } from "node:fs";
import { VoyVectorStore } from "@langchain/community/vectorstores/voy";
import * as glue from "./voy_search_bg.mjs";

// The package leaves this to bundlers.
const wasm = await WebAssembly.instantiate(readFileSync("node_modules/voy-search/voy_search_bg.wasm"), { "./voy_search_bg.js": glue });
glue.__wbg_set_wasm(wasm.instance.exports);
const vector = (text) => JSON.parse(text);
const embeddings = { embedQuery: async (text) => vector(text), embedDocuments: async (texts) => texts.map(vector) };
const store = new VoyVectorStore(new glue.Voy(), embeddings);
await store.addDocuments(["[1,0]", "[1,0.1]", "[1,0.2]"].map((pageContent) => ({ pageContent, metadata: {} })));
const found = [];
for (const query of ["[1,0]", "[-1,-9]"]) {
  found.push((await store.similaritySearchWithScore(query, 3)).map(([{ pageContent }, score]) => `${pageContent} ${score}`).join(", "));
  console.log(`query ${query}: ${found.at(-1)}`);
}
if (found.some((hits) => hits !== "[1,0] 0, [1,0.1] 1, [1,0.2] 2")) throw new Error("the behavior changed");
JS
node run.mjs
