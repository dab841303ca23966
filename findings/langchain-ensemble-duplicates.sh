#!/usr/bin/env bash
# @langchain/classic 1.0.50: `EnsembleRetriever` adds up the reciprocal ranks of every occurrence of a text in one retriever's list
# (dist/retrievers/ensemble.js, `rffScore[pageContent] += …`). In reciprocal rank fusion, a ranking contains each document once. A text that is stored twice, as
# after indexing a file again, therefore comes before the best hits of all retrievers. The class calls itself "weighted Reciprocal Rank Fusion".
# Seen with Node 20 on 2026-11-29: two retrievers find "best" first; "twin", at ranks 2 to 4 of one of them, comes before it; at rank 2 alone, it comes after it.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --ignore-scripts --no-audit --no-fund --legacy-peer-deps @langchain/core@1.4.0 @langchain/classic@1.0.50
cat >run.mjs <<'JS'
import { EnsembleRetriever } from "@langchain/classic/retrievers/ensemble";
import { BaseRetriever } from "@langchain/core/retrievers";

class Fixed extends BaseRetriever {
  lc_namespace = ["fixed"];

  constructor(texts) {
    super();
    this.texts = texts;
  }

  async _getRelevantDocuments() {
    return this.texts.map((pageContent) => ({ pageContent, metadata: {} }));
  }
}
const fused = async (...lists) => {
  const found = await new EnsembleRetriever({ retrievers: lists.map((texts) => new Fixed(texts)) }).invoke("query");
  return found.map(({ pageContent }) => pageContent).join(" ");
};
const once = await fused(["best", "twin"], ["best", "other"]);
const oneList = await fused(["first", "twin", "twin"], ["second", "other"]);
const thrice = await fused(["best", "twin", "twin", "twin"], ["best", "other"]);
console.log(`once: ${once}\ntwice, against first hits: ${oneList}\nthree times, against a document that both find first: ${thrice}`);
if (String([once, oneList, thrice]) !== "best twin other,twin first second other,twin best other") throw new Error("the behavior changed");
JS
node run.mjs
