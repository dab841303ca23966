#!/usr/bin/env bash
# @llamaindex/cohere 0.0.37 (npm): `CohereRerank` puts all metadata of a node in front of the text that it sends, even keys that `excludedEmbedMetadataKeys` and
# `excludedLlmMetadataKeys` keep out of every other model (dist/index.js: `getContent(MetadataMode.ALL)`; the rerankers for Jina and Mixedbread contain the
# same). LlamaIndex for Python sends `MetadataMode.EMBED`. File names and authors leave the machine and are scored as if they were text.
# Seen with @llamaindex/core 0.6.23, cohere-ai 7.14.0 and Node 20 on 2026-11-29, against a local server that records what it gets.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --ignore-scripts --no-audit --no-fund @llamaindex/core@0.6.23 @llamaindex/env@0.1.31 @llamaindex/cohere@0.0.37
cat >run.mjs <<'JS'
import { createServer } from "node:http";
import { CohereRerank } from "@llamaindex/cohere";
import { MetadataMode, TextNode } from "@llamaindex/core/schema";

let sent;
const server = createServer(async (request, response) => {
  let body = "";
  for await (const part of request) body += part;
  sent = JSON.parse(body).documents;
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ id: "1", results: sent.map((_, index) => ({ index, relevance_score: 0.9 })), meta: {} }));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const reranker = new CohereRerank({ apiKey: "none", model: "rerank-v3.5", baseUrl: `http://127.0.0.1:${server.address().port}` });
const excluded = ["author"];
const node = new TextNode({ text: "Green tea is hot.", metadata: { author: "Ann" }, excludedEmbedMetadataKeys: excluded, excludedLlmMetadataKeys: excluded });
await reranker.postprocessNodes([{ node, score: 0.5 }], "tea");
server.close();
const modes = { embedding: node.getContent(MetadataMode.EMBED), prompt: node.getContent(MetadataMode.LLM), reranker: sent[0] };
for (const [mode, text] of Object.entries(modes)) console.log(`${mode}: ${JSON.stringify(text)}`);
const [embedding, prompt, received] = Object.values(modes);
if (embedding !== "Green tea is hot." || prompt !== embedding || received !== "author: Ann\n\nGreen tea is hot.") throw new Error("the behavior changed");
JS
node run.mjs
