#!/usr/bin/env bash
# @orama/orama 3.1.18 (npm), hybrid search: `hybridWeights` in which one weight is 0 are ignored as a whole, and 0.5 and 0.5 are used instead, without
# an error (dist/esm/methods/search-hybrid.js: `hybridWeights && hybridWeights.text && hybridWeights.vector`). The documentation says that weights give more
# importance to text or vectors and excludes no value. Whoever compares weights from 0 to 1 reads the result of 0.5 at both ends.
# Seen with Node 20 on 2026-11-29: "b" matches the words, "a" is the vector of the query. The weights 0.01 and 0.99 put "a" first, 0 and 1 put "b" first.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >npm.log
npm install --ignore-scripts --no-audit --no-fund @orama/orama@3.1.18 >>npm.log
cat >run.mjs <<'JS'
import { create, insert, search } from "@orama/orama";

const database = create({ schema: { text: "string", vector: "vector[2]" } });
await insert(database, { id: "a", text: "solar panels turn light into power", vector: [1, 0] });
await insert(database, { id: "b", text: "wind turbines turn wind into power", vector: [0.9, 0.435] });
const order = async (hybridWeights) => {
  const query = { mode: "hybrid", term: "wind power", vector: { value: [1, 0], property: "vector" }, similarity: 0, hybridWeights };
  return (await search(database, query)).hits.map(({ id, score }) => `${id} ${score.toFixed(4)}`).join(", ");
};
const orders = {};
for (const text of [1, 0.99, 0.5, 0.01, 0]) {
  orders[text] = await order({ text, vector: 1 - text });
  console.log(`text ${text}, vector ${(1 - text).toFixed(2)}: ${orders[text]}`);
}
const isReset = orders[0] === orders[0.5] && orders[1] === orders[0.5];
if (!isReset || !orders[0].startsWith("b") || !orders[0.01].startsWith("a")) throw new Error("the behavior changed");
JS
node run.mjs
