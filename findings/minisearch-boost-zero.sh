#!/usr/bin/env bash
# minisearch 7.2.0 (npm): `boost: { title: 0 }` does not take the field out of the score but counts it fully, as 1 (dist/es/index.js:
# `getOwnProperty(options.boost, field) || 1`); 0.001 does what 0 should. The documentation describes the value as a factor of the field's score and
# gives 1 as the default for fields that are not named. Whoever tunes boosts on judgments finds that 0 is as good as 1.
# Seen with Node 20 on 2026-11-29: "2" has the query in its title alone. A boost of 0.001 puts it last, a boost of 0 puts it first.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >npm.log
npm install --ignore-scripts --no-audit --no-fund minisearch@7.2.0 >>npm.log
cat >run.mjs <<'JS'
import MiniSearch from "minisearch";

const index = new MiniSearch({ fields: ["title", "text"] });
index.addAll([
  { id: 1, title: "wind", text: "turbines turn wind into power" },
  { id: 2, title: "power", text: "a page about bicycles" },
  { id: 3, title: "", text: "nothing" },
]);
const order = (title) => index.search("power", { boost: { title } }).map(({ id, score }) => `${id} ${score.toFixed(3)}`).join(", ");
const orders = Object.fromEntries([1, 0.001, 0].map((boost) => [boost, order(boost)]));
for (const [boost, found] of Object.entries(orders)) console.log(`boost ${boost}: ${found}`);
if (orders[0] !== orders[1] || !orders[0].startsWith("2") || !orders[0.001].startsWith("1")) throw new Error("the behavior changed");
JS
node run.mjs
