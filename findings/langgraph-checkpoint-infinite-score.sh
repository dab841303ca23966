#!/usr/bin/env bash
# @langchain/langgraph-checkpoint 1.2.2 (npm): the serializer of checkpoints turns ±Infinity and NaN in a document's metadata into null. A
# graph that reranks, is interrupted and resumes finds documents whose score is null where it was -Infinity.
# Seen with Node 20 and @langchain/core 1.4.0 on 2026-11-29: {"sim": -Infinity} comes back as {"sim": null}.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >npm.log
npm install --ignore-scripts --no-audit --no-fund @langchain/core@1.4.0 @langchain/langgraph-checkpoint@1.2.2 >>npm.log
cat >round-trip.mjs <<'JS'
import { JsonPlusSerializer } from "@langchain/langgraph-checkpoint";
const serializer = new JsonPlusSerializer();
const [type, bytes] = await serializer.dumpsTyped({ sim: -Infinity, other: 0.5 });
console.log(JSON.stringify(await serializer.loadsTyped(type, bytes)));
JS
seen="$(node round-trip.mjs)"
echo "$seen"
[ "$seen" = '{"sim":null,"other":0.5}' ]
