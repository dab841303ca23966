#!/usr/bin/env bash
# @langchain/community 1.1.29: `HNSWLib.fromTexts` and `fromDocuments` ignore the option `space` and always build a cosine index. With
# `new HNSWLib(embeddings, { space })` the option works. With inner product over vectors of different lengths, the ranking then differs.
# Needs a C++ compiler. Seen with hnswlib-node 3.0.0 and Node 20 on 2026-11-29: asked for "l2", the vector (3, 4) has the distance .4 to (1, 0)
# from `fromTexts` and 20 from the constructor.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --legacy-peer-deps @langchain/core@1.4.0 @langchain/classic@1.0.50 @langchain/community@1.1.29 hnswlib-node@3.0.0
cat >run.mjs <<'JS'
import { HNSWLib } from "@langchain/community/vectorstores/hnswlib";

const vector = (text) => JSON.parse(text);
const embeddings = { embedQuery: async (text) => vector(text), embedDocuments: async (texts) => texts.map(vector) };
const distance = async (store) => (await store.similaritySearchWithScore("[1,0]", 1))[0][1];

const made = await HNSWLib.fromTexts(["[3,4]"], [{}], embeddings, { space: "l2" });
const constructed = new HNSWLib(embeddings, { space: "l2" });
await constructed.addDocuments([{ pageContent: "[3,4]", metadata: {} }]);
const [ignored, honored] = [await distance(made), await distance(constructed)];
console.log(`space "l2": ${ignored.toFixed(3)} from fromTexts, ${honored} from the constructor`);
if (Math.abs(ignored - 0.4) > 1e-4 || honored !== 20) throw new Error("the behavior changed");
JS
node run.mjs
