#!/usr/bin/env bash
# @langchain/classic 1.0.50: one zero vector in a `MemoryVectorStore`, as embeddings from word lists give for a blank text, breaks the order of its
# search. Its cosine is NaN, and the comparison that sorts the hits (dist/vectorstores/memory.js) treats NaN as equal to everything, so documents
# before it are never compared with those after it, and the best document can be missing from the first k. `cosineSimilarity` of
# @langchain/core counts the same NaN as 0 (dist/utils/math.js).
# Seen with Node 20 on 2026-11-29: with the zero vector in between, the nearest of three documents is the last, and k = 1 returns the farthest.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --ignore-scripts --no-audit --no-fund --legacy-peer-deps @langchain/core@1.4.0 @langchain/classic@1.0.50
cat >run.mjs <<'JS'
import { MemoryVectorStore } from "@langchain/classic/vectorstores/memory";

const vector = (text) => JSON.parse(text);
const embeddings = { embedQuery: async (text) => vector(text), embedDocuments: async (texts) => texts.map(vector) };
const search = async (texts, k) => {
  const store = await MemoryVectorStore.fromTexts(texts, {}, embeddings);
  const found = await store.similaritySearchWithScore("[1,0]", k);
  return found.map(([{ pageContent }, score]) => `${pageContent} ${score.toFixed(2)}`).join(", ");
};
const [without, broken, first] = [await search(["[0,1]", "[1,0]"], 2), await search(["[0,1]", "[0,0]", "[1,0]"], 3), await search(["[0,1]", "[0,0]", "[1,0]"], 1)];
console.log(`without a zero vector: ${without}\nwith one: ${broken}\nwith one, k = 1: ${first}`);
const expected = ["[1,0] 1.00, [0,1] 0.00", "[0,1] 0.00, [0,0] NaN, [1,0] 1.00", "[0,1] 0.00"];
if (String([without, broken, first]) !== String(expected)) throw new Error("the behavior changed");
JS
node run.mjs
