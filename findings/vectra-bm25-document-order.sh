#!/usr/bin/env bash
# vectra 0.15.0 (npm): with `isBm25: true`, `queryDocuments` of `LocalDocumentIndex` puts documents that only the keyword search finds before the best ones.
# BM25 looks only at chunks that are not among the nearest (lib/LocalIndex.js, `if (!itemSet.has(…))`), so a chunk that both searches would find gets its
# cosine, at most 1, and one that only BM25 finds its BM25 score, which has no upper limit. Documents are then sorted by the mean of these scores
# (lib/LocalDocumentResult.js). The option is described as appending keyword results to the semantic ones.
# Seen with Node 20 on 2026-11-30: the nearest document, with all words of the query, has 1.0; one that repeats a single word has 1.38 and comes first.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >npm.log
npm install --silent --ignore-scripts --no-audit --no-fund vectra@0.15.0
cat >run.mjs <<'JS'
import { LocalDocumentIndex } from "vectra";

const query = "how do solar panels work";
const documents = {
  answer: ["Solar panels work by turning sunlight into current.", [1, 0]],
  related: ["Photovoltaic cells make electricity.", [0.9, 0.3]],
  unrelated: ["The wooden panels of the wardrobe match the panels of the door.", [0, 1]],
  cats: ["Cats sleep a lot.", [0, 1]],
  bread: ["Bread needs flour.", [0, 1]],
  trains: ["Trains are late.", [0, 1]],
};
const vectors = new Map([[query, [1, 0]], ...Object.values(documents)]);
const createEmbeddings = async (texts) => ({ status: "success", output: [texts].flat().map((text) => vectors.get(text)) });
const index = new LocalDocumentIndex({ folderPath: "index", embeddings: { maxTokens: 500, createEmbeddings } });
await index.createIndex({ version: 1 });
for (const [id, [text]] of Object.entries(documents)) await index.upsertDocument(id, text, "txt");
const search = async (isBm25) => {
  const found = await index.queryDocuments(query, { maxChunks: 2, isBm25 });
  return found.map(({ uri, score }) => `${uri} ${score.toFixed(2)}`).join(", ");
};
const [semantic, hybrid] = [await search(false), await search(true)];
console.log(`semantic: ${semantic}\nwith BM25: ${hybrid}`);
if (semantic !== "answer 1.00, related 0.95" || !/^unrelated 1\.\d+, answer 1\.00, related 0\.95$/.test(hybrid)) throw new Error("the behavior changed");
JS
node run.mjs
