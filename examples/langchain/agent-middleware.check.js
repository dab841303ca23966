// @ts-check
import assert from "node:assert/strict";
import { isRanked } from "./is-ranked.js";

/** @typedef {Awaited<ReturnType<typeof import("./agent-middleware.js").main>>} Outcome */

export const services = ["OLLAMA_CHAT_MODEL"];

export const checks = {
  "twelve documents of a tool become the best three": (/** @type {Outcome} */ [search]) => {
    assert.equal(search?.name, "search_notes");
    isRanked(search?.documents ?? [], 3);
    assert.equal(search?.documents[0]?.source, "brake-squeal");
  },
  "the model reads those three and no other": (/** @type {Outcome} */ [search]) => {
    assert.equal(search?.text, search?.documents.map(({ text }) => text).join("\n\n"));
  },
  "a tool without documents is left alone": (/** @type {Outcome} */ [, clock]) => {
    assert.deepEqual(clock, { name: "clock", text: "noon", documents: [] });
  },
};
