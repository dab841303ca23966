#!/usr/bin/env bash
# @langchain/community 1.1.29: `BM25Retriever` lowercases the query but not the documents, and compares case-sensitively, so a word with a capital
# in a document never matches. It also counts parts of words: "paris" matches "comparison", "is" matches "This".
# It is documented as "a retriever that uses the BM25 algorithm", without mentioning either (dist/retrievers/bm25.js, `preprocessFunc`;
# dist/utils/@furkantoprak/bm25/BM25.js, `getTermFrequency`).
# Seen with Node 20 on 2026-11-29: for the query "Paris", "The tower in Paris opened in 1889." scores 0 and comes last, after "comparison of theories".
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --ignore-scripts --no-audit --no-fund --legacy-peer-deps @langchain/core@1.4.0 @langchain/classic@1.0.50 @langchain/community@1.1.29
cat >run.mjs <<'JS'
import { BM25Retriever } from "@langchain/community/retrievers/bm25";

const texts = ["The tower in Paris opened in 1889.", "comparison of theories", "a bicycle bell"];
const retriever = BM25Retriever.fromDocuments(texts.map((pageContent) => ({ pageContent, metadata: {} })), { k: 3, includeScore: true });
const found = await retriever.invoke("Paris");
for (const { pageContent, metadata } of found) console.log(metadata.bm25Score.toFixed(4), pageContent);
const scores = Object.fromEntries(found.map(({ pageContent, metadata }) => [pageContent, metadata.bm25Score]));
if (found[0].pageContent !== texts[1] || !(scores[texts[1]] > 0) || scores[texts[0]] !== 0) throw new Error("the behavior changed");
JS
node run.mjs
