#!/usr/bin/env bash
# @langchain/community 1.1.29: `WatsonxRerank` sends `returnOptions.topN` of its constructor with `rerank`, but not with `compressDocuments`, which is what
# retrievers call (dist/document_compressors/ibm.js: `parameters: { truncate_input_tokens: … }`). Every document goes into the prompt, although
# the same instance is set to keep one.
# Seen with @ibm-cloud/watsonx-ai 1.7.16 and Node 20 on 2026-11-29, against a local server that answers as the API does and honors `top_n`.
set -euo pipefail
folder="$(mktemp -d)"; trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --ignore-scripts --no-audit --no-fund --legacy-peer-deps @langchain/core@1.4.0 @langchain/classic@1.0.50 @langchain/community@1.1.29 @ibm-cloud/watsonx-ai@1.7.16 ibm-cloud-sdk-core@5.9.1
cat >run.mjs <<'JS'
import { createServer } from "node:http";
import { WatsonxRerank } from "@langchain/community/document_compressors/ibm";

const server = createServer(async (request, response) => {
  let body = "";
  for await (const part of request) body += part;
  const { model_id, inputs, parameters } = JSON.parse(body);
  const results = inputs.map((_, index) => ({ index, score: 1 - index })).slice(0, parameters?.return_options?.top_n);
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ model_id, results, created_at: "2026-11-29T00:00:00Z", input_token_count: 9 }));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const address = { serviceUrl: `http://127.0.0.1:${server.address().port}`, watsonxAIAuthType: "bearertoken", watsonxAIBearerToken: "none" };
const settings = { version: "2024-05-31", projectId: "p", model: "cross-encoder/ms-marco-minilm-l-12-v2" };
const reranker = new WatsonxRerank({ ...address, ...settings, returnOptions: { topN: 1 } });
const documents = ["a", "b", "c"].map((pageContent) => ({ pageContent, metadata: {} }));
const [ranked, compressed] = [await reranker.rerank(documents, "query"), await reranker.compressDocuments(documents, "query")];
server.close();
console.log(`topN 1: rerank returns ${ranked.length} of 3 documents, compressDocuments ${compressed.length}`);
if (ranked.length !== 1 || compressed.length !== 3) throw new Error("the behavior changed");
JS
node run.mjs
