#!/usr/bin/env bash
# @langchain/cohere 1.0.5: `CohereRerank.compressDocuments` writes `relevanceScore` into the metadata of the documents it is given. `fromTexts` with one
# metadata object for all texts, which its signature allows, makes documents that share it, and in-memory stores return that same object. Every document then
# has the score of the one ranked last, and the next search, which is not reranked, finds that score in the store
# (dist/rerank.js, `doc.metadata.relevanceScore = …`; WatsonxRerank and MixedbreadAIReranker contain the same line).
# Seen with Node 20 on 2026-11-29, with a client that answers in the form of cohere-ai: the scores .9, .5 and .1 all become .1.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --ignore-scripts --no-audit --no-fund --legacy-peer-deps @langchain/core@1.4.0 @langchain/classic@1.0.50 @langchain/cohere@1.0.5
cat >run.mjs <<'JS'
import { MemoryVectorStore } from "@langchain/classic/vectorstores/memory";
import { CohereRerank } from "@langchain/cohere";

const vector = (text) => JSON.parse(text);
const embeddings = { embedQuery: async (text) => vector(text), embedDocuments: async (texts) => texts.map(vector) };
const store = await MemoryVectorStore.fromTexts(["[1,0]", "[1,1]", "[0,1]"], { source: "manual" }, embeddings);
const results = [0.9, 0.5, 0.1].map((relevanceScore, index) => ({ index, relevanceScore }));
const reranker = new CohereRerank({ model: "rerank-v3.5", client: { rerank: async () => ({ results }) } });
const scores = (documents) => documents.map(({ metadata }) => metadata.relevanceScore);
const reranked = scores(await reranker.compressDocuments(await store.similaritySearch("[1,0]", 3), "query"));
const later = scores(await store.similaritySearch("[0,1]", 3));
console.log(`Cohere's scores ${scores(results.map((metadata) => ({ metadata })))}, in the documents ${reranked}, in the next search ${later}`);
if (String([reranked, later]) !== "0.1,0.1,0.1,0.1,0.1,0.1") throw new Error("the behavior changed");
JS
node run.mjs
