// @ts-check
import assert from "node:assert/strict";
import { isRanked } from "../is-ranked.js";

/** @typedef {Awaited<ReturnType<typeof import("./edge-worker.js").main>>} Outcome */

export const services = ["RERANK_URL", "RERANK_MODEL", "RERANK_API_KEY"];

export const checks = {
  "fifty documents go in, three come back, best first": (/** @type {Outcome} */ { status, sent, documents }) => {
    assert.equal(status, 200);
    assert.equal(sent, 50);
    isRanked(documents, 3);
    assert.equal(documents[0]?.source, "lamp-flicker");
  },
  "a blank question is the caller's fault": (/** @type {Outcome} */ { blank }) => {
    assert.equal(blank.status, 400);
    assert.match(blank.body.error, /query/);
  },
  "a rerank server that is gone is named by its error alone": (/** @type {Outcome} */ { gone }) => {
    assert.deepEqual(gone, { status: 502, body: { error: "BackendError" } });
  },
};
