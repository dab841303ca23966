import assert from "node:assert/strict";

export const services = ["QDRANT_URL", "QDRANT_API_KEY", "MODEL", "EMBEDDINGS"];

/** @type {import("../lib/runner/find-examples.js").Checks["checks"]} */
export const checks = {
  "lists models with size and license, the bundled model first": ({ models, reranker }) => {
    assert.ok(models.length >= 20);
    assert.ok(models[0].bundled);
    assert.equal(models[0].name, reranker);
    for (const { name, megabytes, license } of models) assert.ok(megabytes > 0 && license, name);
    assert.ok(models.some((/** @type {{ commercial: boolean }} */ { commercial }) => !commercial));
  },
  "keeps the vectors in memory": ({ store }) => assert.equal(store, "memory"),
  "finds ten films, best cosine first": ({ first }) => {
    assert.equal(first.length, 10);
    inOrder(first, -1, 1);
  },
  "puts the same ten in another order, by sim from 0 to 1": ({ first, second }) => {
    const films = (/** @type {{ film: number }[]} */ list) => list.map(({ film }) => film);
    assert.deepEqual(films(second).sort(), films(first).sort());
    assert.notDeepEqual(films(second), films(first));
    inOrder(second, 0, 1);
  },
  "has Joan of Arc among the first three after reranking": ({ second }) => {
    assert.ok(second.slice(0, 3).some((/** @type {{ film: number }} */ { film }) => film === 0));
  },
};

/** @type {import("../lib/runner/find-examples.js").Checks["failures"]} */
export const failures = {
  "a Qdrant that does not answer": {
    env: ({ closedPort }) => ({ QDRANT_URL: `http://127.0.0.1:${closedPort}` }),
    says: [/Qdrant/, /ECONNREFUSED/, /QDRANT_URL/, /docker run/],
  },
  "a model that cannot be had": {
    env: { MODEL: "Xenova/ms-marco-MiniLM-L6", HF_HUB_OFFLINE: "1" },
    says: [/DownloadError/, /Xenova\/ms-marco-MiniLM-L6/],
  },
  "a model whose license was not accepted": {
    env: { MODEL: "jinaai/jina-reranker-v2-base-multilingual", HF_HUB_OFFLINE: "1" },
    says: [/CC-BY-NC-4\.0/, /acceptLicense/],
  },
};

/**
 * @param {{ score: number }[]} list
 * @param {number} low
 * @param {number} high
 */
function inOrder(list, low, high) {
  for (const [index, { score }] of list.entries()) {
    assert.ok(score >= low && score <= high, `${score} is not from ${low} to ${high}`);
    assert.ok(index === 0 || list[index - 1].score >= score, `rank ${index + 1} scores more than the one before it`);
  }
}
