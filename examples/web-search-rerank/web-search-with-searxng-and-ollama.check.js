import assert from "node:assert/strict";
import { startWebStandIn } from "../../test/examples/web-stand-in.js";

export const file = "web-search-rerank.js";
export const args = ["which light do bees see?"];

export async function start() {
  const { url, stop } = await startWebStandIn();
  return { env: { SEARXNG_URL: url, OLLAMA_HOST: url, OLLAMA_MODEL: "counts-words" }, stop };
}

/** @type {import("../lib/runner/find-examples.js").Checks["checks"]} */
export const checks = {
  "searches with SearXNG and embeds with Ollama": ({ searched, model, results, skipped }) => {
    assert.equal(searched, "SearXNG");
    assert.equal(model, "counts-words (Ollama)");
    assert.equal(results, 2);
    assert.deepEqual(skipped, []);
  },
  "puts the page about bees first": ({ best }) => {
    assert.equal(best.length, 2);
    assert.match(best[0].url, /bees\.html$/);
    assert.ok(best[0].sim > best[1].sim);
  },
};

/** @type {import("../lib/runner/find-examples.js").Checks["failures"]} */
export const failures = {
  "a model that Ollama does not have": {
    env: { OLLAMA_MODEL: "no-such-model" },
    says: [/does not have the model no-such-model/, /OLLAMA_MODEL/, /ollama pull no-such-model/],
  },
};
