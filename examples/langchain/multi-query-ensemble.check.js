// @ts-check
import assert from "node:assert/strict";
import { isRanked } from "./is-ranked.js";

/** @typedef {Awaited<ReturnType<typeof import("./multi-query-ensemble.js").main>>} Outcome */

export const services = ["OLLAMA_CHAT_MODEL"];

export const checks = {
  "three documents are returned, best first": (/** @type {Outcome} */ { documents }) => isRanked(documents, 3),
  "the note that answers comes first, and by the fused lists alone it does not": (
    /** @type {Outcome} */ { alone, documents },
  ) => {
    assert.equal(documents[0]?.source, "motor-cut");
    assert.notEqual(alone[0]?.source, "motor-cut");
  },
  "fused lists carry no score of their own": (/** @type {Outcome} */ { alone }) => {
    assert.ok(alone.length >= 8 && alone.length <= 16);
    assert.ok(alone.every(({ sim }) => sim === undefined));
  },
};
