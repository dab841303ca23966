import assert from "node:assert/strict";
import { startWebStandIn } from "../../test/examples/web-stand-in.js";

export const file = "web-search-rerank.js";
export const args = ["why do we see one side of the moon only?"];
export const services = ["SEARXNG_URL", "TAVILY_API_KEY", "OLLAMA_HOST", "OLLAMA_MODEL"];

/** @type {Awaited<ReturnType<typeof startWebStandIn>>} */
let closed;

export async function start() {
  const open = await startWebStandIn();
  closed = await startWebStandIn({ json: false });
  const env = { BRAVE_URL: open.url, BRAVE_API_KEY: "a key" };
  return { env, stop: () => Promise.all([open.stop(), closed.stop()]) };
}

/** @type {import("../lib/runner/find-examples.js").Checks["checks"]} */
export const checks = {
  "searches with Brave and reranks what it finds": ({ searched, best }) => {
    assert.equal(searched, "Brave Search");
    assert.match(best[0].url, /moon\.html$/);
  },
};

/** @type {import("../lib/runner/find-examples.js").Checks["failures"]} */
export const failures = {
  "a key that Brave does not take": {
    env: { BRAVE_API_KEY: "old-secret" },
    says: [/Brave/, /BRAVE_API_KEY/, /^(?!.*old-secret)/],
  },
  "a SearXNG that gives no JSON, as it is installed": {
    env: () => ({ SEARXNG_URL: closed.url }),
    says: [/SearXNG/, /search\.formats/, /settings\.yml/],
  },
};
