// @ts-check
import assert from "node:assert/strict";
import { isRanked } from "./is-ranked.js";

/** @typedef {Awaited<ReturnType<typeof import("./langgraph-node.js").main>>} Outcome */

export const services = ["OLLAMA_CHAT_MODEL"];

export const checks = {
  "each try ends with three documents, best first": (/** @type {Outcome} */ tries) => {
    for (const { documents } of tries) isRanked(documents, 3);
  },
  "a best score below the threshold leads to a second try, one above it ends the graph": (
    /** @type {Outcome} */ tries,
  ) => {
    assert.equal(tries.length, 2);
    assert.ok((tries[0]?.documents[0]?.sim ?? 1) < 0.7);
    assert.ok((tries[1]?.documents[0]?.sim ?? 0) >= 0.7);
    assert.notEqual(tries[0]?.query, tries[1]?.query);
  },
  "the second try finds the note that answers": (/** @type {Outcome} */ tries) => {
    assert.equal(tries[1]?.documents[0]?.source, "tubeless");
  },
};
