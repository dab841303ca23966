#!/usr/bin/env bash
# @langchain/community 1.1.29: `similaritySearchWithScore` of the LanceDB store returns `undefined` as every score, since it reads a column
# `score` where LanceDB calls it `_distance`. The squared distance is in `metadata._distance`, lower is better.
# Seen with @lancedb/lancedb 0.19.1 and Node 20 on 2026-11-29.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --legacy-peer-deps @langchain/core@1.4.0 @langchain/classic@1.0.50 @langchain/community@1.1.29 @lancedb/lancedb@0.19.1 apache-arrow@18.1.0
cat >run.mjs <<'JS'
import { LanceDB } from "@langchain/community/vectorstores/lancedb";

const vector = (text) => JSON.parse(text);
const embeddings = { embedQuery: async (text) => vector(text), embedDocuments: async (texts) => texts.map(vector) };
const store = await LanceDB.fromTexts(["[1,0]", "[3,4]"], [{ n: 1 }, { n: 2 }], embeddings, { uri: "data" });
const found = await store.similaritySearchWithScore("[1,0]", 2);
for (const [{ pageContent, metadata }, score] of found) console.log(pageContent, "score", score, "_distance", metadata._distance);
const distances = found.map(([{ metadata }]) => metadata._distance);
if (found.some(([, score]) => score !== undefined) || String(distances) !== "0,20") throw new Error("the behavior changed");
JS
node run.mjs
