/**
 * A reranker in LocalAI, directly or behind a LiteLLM proxy: Japanese sentences, raw logits, the best three. Without either service a recorded
 * answer of LocalAI stands in.
 */
import { Document } from "@langchain/core/documents";
import { CrossEncoderReranker } from "langchain-rerank";
import { HttpCrossEncoder } from "langchain-rerank/http";
import { requireService } from "../lib/missing-service.js";
import { runAsProgram } from "../lib/program.js";
import { startRecordedLocalAi } from "./recorded-localai.js";
import { QUERY, SENTENCES } from "./sentences.js";

const { LITELLM_BASE_URL, LITELLM_API_KEY, LOCALAI_BASE_URL, LOCALAI_API_KEY, RERANK_MODEL } = process.env;
const model = RERANK_MODEL || "japanese-reranker";
const TOP_N = 3;

export async function main() {
  const recorded = LITELLM_BASE_URL || LOCALAI_BASE_URL ? undefined : await startRecordedLocalAi();
  try {
    const outcomes = [];
    for (const { name, options } of await routes(recorded?.url))
      outcomes.push({ route: name, ...(await rank(options)) });
    return { query: QUERY, sentences: SENTENCES.length, recorded: recorded !== undefined, routes: outcomes };
  } finally {
    recorded?.stop();
  }
}

/** @param {import("langchain-rerank/http").HttpCrossEncoderOptions} options */
async function rank(options) {
  const documents = SENTENCES.map((pageContent, index) => new Document({ pageContent, metadata: { index } }));

  // `sim` is what the server sends. LocalAI sends logits: below 0 for "probably not".
  const raw = new CrossEncoderReranker({ model: new HttpCrossEncoder(options), topN: TOP_N });
  // Between 0 and 1, in the same order; a threshold then means something.
  const sigmoid = new HttpCrossEncoder({ ...options, activation: "sigmoid" });
  const likely = new CrossEncoderReranker({ model: sigmoid, threshold: 0.1 });

  const { documents: best, report } = await raw.rerank(documents, QUERY);
  const above = await likely.compressDocuments(documents, QUERY);
  const plain = (/** @type {import("@langchain/core/documents").DocumentInterface[]} */ found) =>
    found.map(({ pageContent, metadata }) => ({ index: metadata.index, sim: metadata.sim, text: pageContent }));
  return { scored: report.scored, best: plain(best), above: plain(above), asked: await askPlainly(options) };
}

/**
 * The same by hand: what `top_n` does is up to the server (older versions of LocalAI send all), so the reranker never sends it and cuts by itself.
 * @param {{ baseUrl?: string, apiKey?: unknown }} options
 */
async function askPlainly({ baseUrl, apiKey }) {
  const response = await fetch(`${baseUrl}/v1/rerank`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}) },
    body: JSON.stringify({ model, query: QUERY, documents: SENTENCES, top_n: TOP_N }),
  });
  const { results } = await response.json();
  return { topN: TOP_N, cameBack: results.length };
}

/**
 * Ways to the model, by the variables that are set.
 * @param {string | undefined} recordedUrl
 * @returns {Promise<{ name: string, options: import("langchain-rerank/http").HttpCrossEncoderOptions }[]>}
 */
async function routes(recordedUrl) {
  const start = "docker compose -f examples/localai-litellm/compose.yaml up";
  if (LITELLM_BASE_URL) {
    const path = "/health/liveliness";
    await requireService({ service: "LiteLLM", variable: "LITELLM_BASE_URL", address: LITELLM_BASE_URL, path, start });
    const key = LITELLM_API_KEY ? { apiKey: LITELLM_API_KEY } : {};
    return [
      {
        name: "LiteLLM, passed through",
        options: { provider: "localai", model, baseUrl: `${LITELLM_BASE_URL}/local`, ...key },
      },
      { name: "LiteLLM's own route", options: { provider: "litellm", model, baseUrl: LITELLM_BASE_URL, ...key } },
    ];
  }
  if (LOCALAI_BASE_URL)
    await requireService({ service: "LocalAI", variable: "LOCALAI_BASE_URL", address: LOCALAI_BASE_URL, start });
  const key = LOCALAI_API_KEY ? { apiKey: LOCALAI_API_KEY } : {};
  const baseUrl = LOCALAI_BASE_URL || recordedUrl || "";
  return [{ name: "LocalAI", options: { provider: "localai", model, baseUrl, ...key } }];
}

/** @param {Awaited<ReturnType<typeof main>>} outcome */
function print({ query, sentences, recorded, routes }) {
  if (recorded)
    console.log(
      "No service is named (LITELLM_BASE_URL or LOCALAI_BASE_URL): a recorded answer of LocalAI stands in.\n",
    );
  console.log(`“${query}” over ${sentences} sentences`);
  for (const { route, best, above, asked } of routes) {
    console.log(`\n${route}: asked for ${asked.topN} by top_n, ${asked.cameBack} came back. Best ${TOP_N}, logits:`);
    for (const { index, sim, text } of best) console.log(`  ${sim.toFixed(3).padStart(7)}  ${index} ${text}`);
    console.log("At least 0.1 with a sigmoid:");
    for (const { index, sim, text } of above) console.log(`  ${sim.toFixed(3).padStart(7)}  ${index} ${text}`);
  }
}

await runAsProgram(import.meta.url, main, print);
