#!/usr/bin/env bash
# client-vector-search 0.2.0 (npm): `EmbeddingIndex.update` adds the new object and also puts it in place of the old one (src/index.ts: `validateAndAdd`,
# which is called to check the object, pushes it). From then on each search returns it twice, and another document falls out of the first k. `remove` takes
# away only one of the two, so a document that was updated and then removed is still found.
# Seen with Node 20 on 2026-11-30: three objects become four; with topK 2 both results are the updated object; after `remove` it is still the first.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >npm.log
npm install --ignore-scripts --no-audit --no-fund client-vector-search@0.2.0 >>npm.log
cat >run.mjs <<'JS'
import { EmbeddingIndex } from "client-vector-search";

const index = new EmbeddingIndex([
  { id: "a", embedding: [1, 0] },
  { id: "b", embedding: [1, 0.5] },
  { id: "c", embedding: [0, 1] },
]);
const search = async () => (await index.search([1, 0], { topK: 2 })).map(({ object }) => object.id).join(" ");
const seen = [`${index.size()}: ${await search()}`];
index.update({ id: "a" }, { id: "a", embedding: [1, 0.1] });
seen.push(`${index.size()}: ${await search()}`);
index.remove({ id: "a" });
seen.push(`${index.size()}: ${await search()}`);
console.log(`size and first two, at first ${seen[0]}; after update ${seen[1]}; after remove ${seen[2]}`);
if (seen.join() !== "3: a b,4: a a,3: a b") throw new Error("the behavior changed");
JS
node run.mjs
