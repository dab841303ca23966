// @ts-check
/**
 * Asks the worker beside this file, over a rerank server on this machine: `langchain-rerank serve`, or the one that RERANK_URL names (any
 * that speaks Cohere's /v2/rerank). The worker itself is deployed with `wrangler deploy`.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { runAsProgram } from "../../lib/program.js";
import { found, loadNotes, printFound } from "../handbook.js";
import worker from "./worker.js";

const QUESTION = "light at the back goes on and off";
const CLI = fileURLToPath(new URL("cli.js", import.meta.resolve("langchain-rerank")));

export async function main() {
  const { RERANK_URL, RERANK_API_KEY = "none-needed", RERANK_MODEL } = process.env;
  const server = RERANK_URL ? { url: RERANK_URL, model: RERANK_MODEL, stop: () => {} } : await serve();
  // The variables and secrets of wrangler.toml.
  const env = { RERANK_URL: server.url, RERANK_API_KEY, ...(server.model ? { RERANK_MODEL: server.model } : {}) };
  /** @param {unknown} body */
  const ask = async (body) => {
    const request = new Request("https://example.org/", { method: "POST", body: JSON.stringify(body) });
    const response = await worker.fetch(request, env);
    return { status: response.status, body: await response.json() };
  };

  const documents = await loadNotes();
  const best = await ask({ query: QUESTION, documents, topN: 3 });
  const blank = await ask({ query: " ", documents });
  await server.stop();
  const gone = RERANK_URL ? undefined : await ask({ query: QUESTION, documents });
  return {
    status: best.status,
    sent: documents.length,
    documents: found(best.body.documents),
    blank,
    ...(gone ? { gone } : {}),
  };
}

/** Starts the rerank server that comes with the package. What it writes is read to its end: a closed pipe would end the server. */
async function serve() {
  const child = spawn(process.execPath, [CLI, "serve", "--port", "0"], { stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(child, "exit");
  let written = "";
  /** @type {{ url: string, model: string }} */
  const { url, model } = await new Promise((resolve, reject) => {
    child.stderr.on("data", (part) => {
      written += part;
      const [, model, url] = /^Serving (\S+) on (http:\S+)/m.exec(written) ?? [];
      if (model && url) resolve({ url, model });
    });
    child.once("exit", () => reject(new Error(`langchain-rerank serve ended:\n${written}`)));
  });
  const stop = async () => {
    child.kill();
    await ended;
  };
  return { url, model, stop };
}

/** @param {Awaited<ReturnType<typeof main>>} outcome */
function print({ status, sent, documents, blank }) {
  printFound(`“${QUESTION}”, ${sent} documents sent, status ${status}:`, documents);
  console.log(`\nA blank question: status ${blank.status}, ${JSON.stringify(blank.body)}`);
}

await runAsProgram(import.meta.url, main, print);
