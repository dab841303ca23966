/**
 * Stands in for LocalAI where there is none: answers `/v1/rerank` as one did for the ten sentences. It computes nothing; the
 * scores are recorded ones.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { SENTENCES } from "./sentences.js";

/** Logit of each sentence, in order: LocalAI with its `rerankers` backend. */
const LOGITS = [
  -4.109375, -1.9912109375, -4.96484375, -5.4609375, -5.38671875, -4.59375, -5.84375, -4.90625, -1.533203125,
  -4.66796875,
];

export async function startRecordedLocalAi() {
  const server = createServer(async (request, response) => {
    // A proxy looks at other paths, to see whether the server is there.
    if (request.method !== "POST" || request.url !== "/v1/rerank") return response.writeHead(404).end();
    const { model, documents = [] } = /** @type {{ model?: string, documents?: string[] }} */ (await json(request));
    const known = documents.every((/** @type {string} */ text) => SENTENCES.includes(text));
    response.writeHead(known ? 200 : 400, { "content-type": "application/json" });
    if (!known) return response.end(JSON.stringify({ error: { message: "only the ten sentences were recorded" } }));
    // `top_n` is in the request, and all came back nevertheless. Newer versions heed it.
    const results = documents.map((text, index) => ({
      index,
      document: { text },
      relevance_score: LOGITS[SENTENCES.indexOf(text)],
    }));
    results.sort((a, b) => b.relevance_score - a.relevance_score);
    return response.end(JSON.stringify({ model, usage: { total_tokens: 11, prompt_tokens: 1 }, results }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = address && typeof address === "object" ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
