import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { HttpCrossEncoder } from "../../dist/http.js";
import { percentile, post, round, sentences } from "./common.js";

const QUERY = "how do I rerank documents?";
const TEXTS = sentences(20);
const makeBody = () => JSON.stringify({ model: "reranker", query: QUERY, documents: TEXTS });
const BODY = makeBody();
const AT_A_TIME = 16;
const CALLS = 1000;
const ROUNDS = 25;

/** A thread that answers every request at once with the same scores. */
const SERVER = `
const { createServer } = require("node:http");
const { parentPort } = require("node:worker_threads");
const results = Array.from({ length: ${TEXTS.length} }, (_, index) => ({ index, relevance_score: 1 / (index + 2) }));
const answer = JSON.stringify({ id: "1", results, meta: { api_version: { version: "2" } } });
const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(answer) };
const server = createServer((request, response) => {
  request.resume().on("end", () => response.writeHead(200, headers).end(answer));
}).listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));
`;

/**
 * Requests per second of our client and of bare fetch with JSON.parse, alternating: with one body for all requests, and with one that is
 * written for each request, as the client has to.
 */
export async function measure() {
  const server = new Worker(SERVER, { eval: true });
  const [port] = await once(server, "message");
  const baseUrl = `http://127.0.0.1:${port}`;
  const client = new HttpCrossEncoder({ provider: "cohere", baseUrl, model: "reranker", maxConcurrency: AT_A_TIME });
  const url = `${baseUrl}/v2/rerank`;
  const ways = {
    fetch: () => post(url, BODY),
    fetchWithNewBodies: () => post(url, makeBody()),
    client: () => client.score(QUERY, TEXTS),
  };
  const rates = { fetch: [], fetchWithNewBodies: [], client: [] };
  for (const way of Object.values(ways)) await perSecond(way);
  for (let index = 0; index < ROUNDS; index++)
    for (const [name, way] of Object.entries(ways)) rates[name].push(await perSecond(way));
  await server.terminate();
  const ratio = (way) => {
    const ratios = rates.client.map((rate, index) => rate / rates[way][index]);
    return round(percentile(ratios, 0.5), 3);
  };
  const median = ([way, all]) => [way, Math.round(percentile(all, 0.5))];
  return {
    "requests per second": Object.fromEntries(Object.entries(rates).map(median)),
    "client to fetch, median of rounds": ratio("fetch"),
    "client to fetch with new bodies": ratio("fetchWithNewBodies"),
  };
}

async function perSecond(call) {
  let left = CALLS;
  const started = performance.now();
  const turn = async () => {
    while (left-- > 0) await call();
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, turn));
  return CALLS / ((performance.now() - started) / 1000);
}
