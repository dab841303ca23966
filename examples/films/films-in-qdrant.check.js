import assert from "node:assert/strict";
import { startQdrantStandIn } from "../../test/examples/qdrant-stand-in.js";

/** The same example, its vectors in something that speaks as Qdrant does. */
export const file = "films.js";
export const services = ["MODEL", "EMBEDDINGS"];

/** @type {Awaited<ReturnType<typeof startQdrantStandIn>>} */
let qdrant;

export async function start() {
  qdrant = await startQdrantStandIn({ apiKey: "a key" });
  return { env: { QDRANT_URL: qdrant.url, QDRANT_API_KEY: "a key" }, stop: qdrant.stop };
}

/** @type {import("../lib/runner/find-examples.js").Checks["checks"]} */
export const checks = {
  "keeps the vectors in Qdrant, in a collection named after the model": ({ store, embedder }) => {
    assert.equal(store, "qdrant");
    assert.ok(qdrant.requests.includes(`PUT /collections/films-${embedder}`));
    assert.ok(qdrant.requests.includes(`PUT /collections/films-${embedder}/points`));
    assert.ok(qdrant.requests.includes(`POST /collections/films-${embedder}/points/query`));
  },
  "finds ten and reranks them, with what was stored": ({ first, second }) => {
    assert.equal(first.length, 10);
    assert.equal(second.length, 10);
    for (const { film, text, score } of second) assert.ok(Number.isInteger(film) && text && score >= 0 && score <= 1);
  },
};

/** @type {import("../lib/runner/find-examples.js").Checks["failures"]} */
export const failures = {
  "a key that is wrong": { env: { QDRANT_API_KEY: "another key" }, says: [/Qdrant/, /QDRANT_API_KEY/] },
};
