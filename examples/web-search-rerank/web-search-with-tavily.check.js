import assert from "node:assert/strict";
import { startWebStandIn } from "../../test/examples/web-stand-in.js";

export const file = "web-search-rerank.js";
export const args = ["which light do bees see?"];
export const services = ["SEARXNG_URL", "OLLAMA_HOST", "OLLAMA_MODEL"];

export async function start() {
  const { url, stop } = await startWebStandIn();
  return { env: { TAVILY_URL: url, TAVILY_API_KEY: "a key" }, stop };
}

/** @type {import("../lib/runner/find-examples.js").Checks["checks"]} */
export const checks = {
  "searches with Tavily and reranks what it finds": ({ searched, best }) => {
    assert.equal(searched, "Tavily");
    assert.match(best[0].url, /bees\.html$/);
  },
};

/** @type {import("../lib/runner/find-examples.js").Checks["failures"]} */
export const failures = {
  "a key that Tavily does not take": {
    env: { TAVILY_API_KEY: "old-secret" },
    says: [/Tavily/, /TAVILY_API_KEY/, /^(?!.*old-secret)/],
  },
};
