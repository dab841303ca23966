#!/usr/bin/env bash
# @langchain/classic 1.0.50: `ScoreThresholdRetriever` keeps documents whose score is at least `minSimilarityScore`, whatever the store's score means
# (dist/retrievers/score_threshold.js). With stores that return a distance, such as HNSWLib, FAISS, Chroma, PGVector and LibSQL, it silently keeps exactly the
# documents that the threshold should remove.
# Needs a C++ compiler. Seen with @langchain/community 1.1.29, hnswlib-node 3.0.0 and Node 20 on 2026-11-29: of cosines 1, .98, 0 and −1, a minimum of .9
# keeps the first two in MemoryVectorStore and the last two in HNSWLib.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --legacy-peer-deps @langchain/core@1.4.0 @langchain/classic@1.0.50 @langchain/community@1.1.29 hnswlib-node@3.0.0
cat >run.mjs <<'JS'
import { ScoreThresholdRetriever } from "@langchain/classic/retrievers/score_threshold";
import { MemoryVectorStore } from "@langchain/classic/vectorstores/memory";
import { HNSWLib } from "@langchain/community/vectorstores/hnswlib";

const vector = (text) => JSON.parse(text);
const embeddings = { embedQuery: async (text) => vector(text), embedDocuments: async (texts) => texts.map(vector) };
const texts = ["[1,0]", "[1,0.2]", "[0,1]", "[-1,0]"];
const keeps = async (Store) => {
  const store = await Store.fromTexts(texts, [{}, {}, {}, {}], embeddings);
  const found = await ScoreThresholdRetriever.fromVectorStore(store, { minSimilarityScore: 0.9, kIncrement: 4 }).invoke("[1,0]");
  return found.map(({ pageContent }) => pageContent).join(" ");
};
const [bySimilarity, byDistance] = [await keeps(MemoryVectorStore), await keeps(HNSWLib)];
console.log(`nearest to [1,0] with a similarity of at least .9: MemoryVectorStore ${bySimilarity}, HNSWLib ${byDistance}`);
if (bySimilarity !== "[1,0] [1,0.2]" || byDistance !== "[0,1] [-1,0]") throw new Error("the behavior changed");
JS
node run.mjs
