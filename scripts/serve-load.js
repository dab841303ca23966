/**
 * `langchain-rerank serve` under many requests at once: counts answers by status, checks every one of them, and watches the server's
 * memory and event loop.
 *
 *     npm run build && node scripts/serve-load.js [--seconds 60] [--clients 200] [serve's own options, as --model …]
 *
 * Ends with exit code 1 when an answer was wrong or any status other than 200 and 429 came.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  options: { seconds: { type: "string", default: "60" }, clients: { type: "string", default: "200" } },
  allowPositionals: true,
});
const seconds = Number(values.seconds);
const cli = new URL("../dist/cli.js", import.meta.url).pathname;
const server = spawn(process.execPath, [cli, "serve", "--port", "0", ...positionals], {
  stdio: ["ignore", "ignore", "pipe"],
});
const [line] = await once(createInterface(server.stderr), "line");
const url = /http:\S+/.exec(line)?.[0];
if (!url) throw new Error(line);

// Texts of the repository's own; their scores one request at a time are what every later answer must hold.
const sentences = readFileSync(new URL("../docs/servers.md", import.meta.url), "utf8")
  .split(/\n+/)
  .map((text) => text.trim().slice(0, 300))
  .filter((text) => text.length > 30)
  .slice(0, 60);
const query = "how do I rerank documents?";
const rerank = (documents) =>
  fetch(`${url}/v1/rerank`, { method: "POST", body: JSON.stringify({ query, documents, raw_scores: true }) });
// An int8 model's score of a text depends a little on what it is scored with, so whole requests are compared.
const requests = sentences.map((_, start) =>
  [0, 11, 22, 33, 44].map((offset) => sentences[(start + offset) % sentences.length]),
);
const byIndex = ({ results }) => results.toSorted((a, b) => a.index - b.index).map((result) => result.relevance_score);
const expected = [];
for (const documents of requests) expected.push(byIndex(await (await rerank(documents)).json()));

const statuses = {};
let wrong = 0;
let worst = 0;
const end = performance.now() + seconds * 1000;
const latencies = [];
async function client(seed) {
  for (let call = 0; performance.now() < end; call++) {
    const which = (seed * 7 + call * 3) % requests.length;
    const documents = requests[which];
    const started = performance.now();
    const response = await rerank(documents).catch((error) => ({
      status: error.cause?.code ?? error.message,
      text: async () => "",
    }));
    statuses[response.status] = (statuses[response.status] ?? 0) + 1;
    if (response.status !== 200) {
      await response.text();
      await new Promise((resolve) => setTimeout(resolve, 100));
      continue;
    }
    latencies.push(performance.now() - started);
    const scores = byIndex(await response.json());
    const off = expected[which].map((score, index) => Math.abs(score - scores[index]));
    worst = Math.max(worst, ...off);
    if (scores.length !== documents.length || !(Math.max(...off) < 1e-3)) wrong++;
  }
}

const gauge = (text, name) => Number(new RegExp(`^langchain_rerank_${name} (\\S+)$`, "m").exec(text)?.[1]);
const memory = [];
const watching = setInterval(async () => {
  const text = await (await fetch(`${url}/metrics`)).text();
  memory.push(gauge(text, "resident_memory_bytes") / 2 ** 20);
}, 1000);
await Promise.all(Array.from({ length: Number(values.clients) }, (_, seed) => client(seed)));
clearInterval(watching);
const metrics = await (await fetch(`${url}/metrics`)).text();
const delay = gauge(metrics, 'event_loop_delay_seconds\\{quantile="0.99"\\}') * 1000;
server.kill("SIGTERM");
const [code] = await once(server, "exit");

const quarter = Math.floor(memory.length / 4);
const mean = (list) => list.reduce((total, value) => total + value, 0) / list.length;
latencies.sort((a, b) => a - b);
console.log({
  seconds,
  clients: Number(values.clients),
  statuses,
  wrong,
  "largest difference of a logit": worst,
  "latency ms": {
    p50: latencies[Math.floor(latencies.length / 2)],
    p99: latencies[Math.floor(latencies.length * 0.99)],
  },
  "event loop delay p99 ms": delay,
  "memory MiB, mean of each quarter": [0, 1, 2, 3].map((part) =>
    Math.round(mean(memory.slice(part * quarter, (part + 1) * quarter))),
  ),
  "exit code of the server": code,
});
const other = Object.keys(statuses).filter((status) => status !== "200" && status !== "429");
process.exitCode = wrong > 0 || other.length > 0 || code !== 0 ? 1 : 0;
