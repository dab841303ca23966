import assert from "node:assert/strict";

/** Every variable that the example reads. */
export const services = [
  "SEARXNG_URL",
  "TAVILY_API_KEY",
  "TAVILY_URL",
  "BRAVE_API_KEY",
  "BRAVE_URL",
  "OLLAMA_HOST",
  "OLLAMA_MODEL",
];

/** @typedef {{ sim: number, url: string, title: string, offset: number, text: string }} Passage */

/** @type {import("../lib/runner/find-examples.js").Checks["checks"]} */
export const checks = {
  "names every page that it leaves out, and why": ({ skipped }) => {
    const reasons = skipped.map(
      (/** @type {{ url: string, reason: string }} */ { url, reason }) => `${new URL(url).pathname}: ${reason}`,
    );
    assert.deepEqual(reasons.sort(), [
      "/app-shell.html: no readable text in it",
      "/brochure.pdf: application/pdf is no web page",
      "/broken: HTTP 503",
      "/endless: more than 1000 kB",
      "/hangs: no whole answer within 3 s",
    ]);
  },
  "reads the rest without menus, advertisements and footers": ({ results, passages, best }) => {
    assert.equal(results, 19);
    assert.ok(passages >= 14, "a passage of each page that can be read");
    for (const { text } of best) assert.doesNotMatch(text, /cookies|All rights reserved|Advertisement|Put in basket/);
  },
  "gives five passages with sim, address, title and offset, best first": ({ best }) => {
    assert.equal(best.length, 5);
    for (const [rank, { sim, url, title, offset, text }] of best.entries()) {
      assert.ok(sim > 0.2 && sim <= 1, `sim ${sim}`);
      assert.ok(rank === 0 || best[rank - 1].sim >= sim);
      assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/[\w-]+\.html$/);
      assert.ok(title && text.length > 20 && Number.isInteger(offset) && offset >= 0);
    }
    assert.ok(best.some((/** @type {Passage} */ { offset }) => offset > 0));
  },
  "puts a passage that answers first, and not what the engine put first": ({ best, firstResult }) => {
    assert.match(firstResult, /^Best heat pump deals/);
    assert.match(best[0].text, /−(15|20|22|25|28|30)/);
    assert.ok(best.every((/** @type {Passage} */ { title }) => !title.startsWith("Best heat pump deals")));
  },
  "keeps a page of windows-1252 readable": ({ best }) => {
    for (const { text } of best) assert.ok(!text.includes("\uFFFD"));
  },
  "shows that each model has a threshold of its own": ({ spreads }) => {
    assert.equal(spreads.length, 2);
    for (const { answers, others, threshold, precision, recall } of spreads) {
      assert.equal(answers.count, 12);
      assert.ok(others.count > 60);
      assert.ok(answers.median > others.median);
      assert.ok(threshold >= answers.lowest && threshold <= answers.highest);
      assert.ok(precision > 0 && precision <= 1 && recall > 0 && recall <= 1);
    }
    assert.ok(Math.abs(spreads[0].threshold - spreads[1].threshold) > 0.01);
  },
};

/** @type {import("../lib/runner/find-examples.js").Checks["failures"]} */
export const failures = {
  "a SearXNG that does not answer": {
    env: ({ closedPort }) => ({ SEARXNG_URL: `http://127.0.0.1:${closedPort}` }),
    says: [/SearXNG/, /ECONNREFUSED/, /SEARXNG_URL/, /docker run/],
  },
  "an Ollama that does not answer": {
    env: ({ closedPort }) => ({ OLLAMA_HOST: `127.0.0.1:${closedPort}` }),
    says: [/Ollama/, /ECONNREFUSED/, /OLLAMA_HOST/, /ollama serve/],
  },
  "a Tavily that cannot be reached": {
    env: ({ closedPort }) => ({ TAVILY_API_KEY: "secret", TAVILY_URL: `http://127.0.0.1:${closedPort}` }),
    says: [/Tavily does not answer/, /ECONNREFUSED/, /^(?!.*secret)/],
  },
  "a threshold that is no number": { args: ["--threshold", "high"], says: [/InvalidOptionError/, /threshold/] },
};
