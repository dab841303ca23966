#!/usr/bin/env bash
# @langchain/langgraph-checkpoint 1.2.2 (npm): `InMemoryStore.put` never removes the vectors of the value that it replaces (dist/store/memory.js: `insertVectors` only
# adds, `putOperation` and `delete` do not touch `this.vectors`). If a list of texts becomes shorter, or the new value is stored with
# `index: false`, which the documentation describes as "disable indexing", a search still finds the item by texts that it no longer has, with their score.
# Seen with Node 20 and @langchain/core 1.4.0 on 2026-11-29: an item whose facts no longer mention cats has the score 1 for "cats"; so does one that was deleted and put again.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >npm.log
npm install --ignore-scripts --no-audit --no-fund @langchain/core@1.4.0 @langchain/langgraph-checkpoint@1.2.2 >>npm.log
cat >run.mjs <<'JS'
import { InMemoryStore } from "@langchain/langgraph-checkpoint";

const vector = (text) => ["tea", "cats"].map((word) => (text.includes(word) ? 1 : 0));
const embeddings = { embedQuery: async (text) => vector(text), embedDocuments: async (texts) => texts.map(vector) };
const store = new InMemoryStore({ index: { dims: 2, embeddings, fields: ["facts[*]"] } });
const seen = [];
const search = async (when) => {
  const [{ value, score }] = await store.search(["memories"], { query: "cats" });
  seen.push(score);
  console.log(`${when}: ${JSON.stringify(value.facts)} has the score ${score} for "cats"`);
};
await store.put(["memories"], "ann", { facts: ["likes tea", "has cats"] });
await search("at first");
await store.put(["memories"], "ann", { facts: ["likes tea"] });
await search("after an update");
await store.delete(["memories"], "ann");
await store.put(["memories"], "ann", { facts: ["likes tea"] }, false);
await search("deleted, and put again without an index");
if (String(seen) !== "1,1,1") throw new Error("the behavior changed");
JS
node run.mjs
