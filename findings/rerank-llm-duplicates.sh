#!/usr/bin/env bash
# rerank 1.1.4 (npm), `LLMReranker`: if the language model's ranking leaves out a passage, that passage is lost and another one is returned twice. The ranked
# passages are written over the first positions of the window, and the rest of it stays as it was (dist/index.js, `passages2[index] = rank[i]`); RankGPT,
# whose method this is, appends what the model left out. A ranking that ends with a period has the same effect, since its last entry, "[2].", is not
# recognized. The number of results is right, so nothing looks wrong.
# Seen with Node 20 on 2026-11-30: for passages a, b and c, "[3] > [1] > [2]" gives c a b; "[3] > [1]" and "[3] > [1] > [2]." give c a c.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >npm.log
npm install --ignore-scripts --no-audit --no-fund rerank@1.1.4 >>npm.log
cat >run.cjs <<'JS'
const { LLMReranker } = require("rerank");

const list = ["a", "b", "c"].map((id) => ({ id, text: `text ${id}` }));
const rerank = async (output) => {
  const provider = { name: "fixed", model: "fixed", validModels: ["fixed"], infer: async () => ({ output, usage: {} }) };
  return (await new LLMReranker(provider).rerank(list, "id", "text", "query")).result.join(" ");
};
(async () => {
  const answers = ["[3] > [1] > [2]", "[3] > [1]", "[3] > [1] > [2]."];
  const seen = [];
  for (const answer of answers) seen.push(await rerank(answer));
  answers.forEach((answer, index) => console.log(`the model answers "${answer}": ${seen[index]}`));
  if (seen.join() !== "c a b,c a c,c a c") throw new Error("the behavior changed");
})();
JS
node run.cjs
