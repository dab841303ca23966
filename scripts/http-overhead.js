/**
 * Measures what `HttpCrossEncoder` adds to a bare `fetch` on loopback, in milliseconds per request.
 *
 *     npm run build && node scripts/http-overhead.js [requests]
 *
 * Server and clients share a process; the two clients take turns, so that both see the same machine. The requests are those of a
 * common call: one query, 20 passages of 500 characters.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import { HttpCrossEncoder } from "langchain-rerank/http";

const requests = Number(process.argv[2] ?? 3000);
const query = "how do solar panels work at night?";
const texts = Array.from({ length: 20 }, (_, index) =>
  `Passage ${index}. `.padEnd(500, "Solar panels need light to work. "),
);
const answer = JSON.stringify({ results: texts.map((_, index) => ({ index, relevance_score: 1 / (index + 1) })) });

const server = createServer((request, response) => {
  request.resume().on("end", () => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(answer);
  });
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const baseUrl = `http://127.0.0.1:${server.address().port}`;

const scorer = new HttpCrossEncoder({ provider: "localai", baseUrl, model: "m", apiKey: "key-123456" });
const headers = { "content-type": "application/json", accept: "application/json", authorization: "Bearer key-123456" };

const clients = {
  "bare fetch": async () => {
    const body = JSON.stringify({ model: "m", query, documents: texts });
    const response = await fetch(`${baseUrl}/v1/rerank`, { method: "POST", headers, body });
    const { results } = await response.json();
    return results.map((result) => result.relevance_score);
  },
  HttpCrossEncoder: () => scorer.score(query, texts),
};
if (process.env.KY) {
  // Path of a ky 1.x, to see what a client library would cost.
  const { default: ky } = await import(process.env.KY);
  clients.ky = async () => {
    const { results } = await ky
      .post(`${baseUrl}/v1/rerank`, { headers, json: { model: "m", query, documents: texts } })
      .json();
    return results.map((result) => result.relevance_score);
  };
}

const times = Object.fromEntries(Object.keys(clients).map((name) => [name, []]));
for (let round = -200; round < requests; round++) {
  for (const [name, call] of Object.entries(clients)) {
    const started = performance.now();
    await call();
    if (round >= 0) times[name].push(performance.now() - started);
  }
}
const quantile = (values, q) => values.toSorted((a, b) => a - b)[Math.floor(values.length * q)];
for (const [name, values] of Object.entries(times)) {
  const [p50, p95] = [0.5, 0.95].map((q) => quantile(values, q).toFixed(3));
  const over = (quantile(values, 0.5) - quantile(times["bare fetch"], 0.5)).toFixed(3);
  console.log(`${name.padEnd(18)} median ${p50} ms   p95 ${p95} ms   over bare fetch ${over} ms`);
}
server.close();
server.closeAllConnections();
