// @ts-check
import assert from "node:assert/strict";
import { isRanked } from "./is-ranked.js";

/** @typedef {Awaited<ReturnType<typeof import("./agent-tool.js").main>>} Outcome */

export const services = ["OLLAMA_CHAT_MODEL"];

export const checks = {
  "the artifact keeps three documents with their scores, best first": (/** @type {Outcome} */ { documents }) => {
    isRanked(documents, 3);
    assert.equal(documents[0]?.source, "pedal-thread");
  },
  "the model reads the passages in the same order": (/** @type {Outcome} */ { read, documents }) => {
    assert.deepEqual(read, [documents.map(({ text }, index) => `[${index + 1}] ${text}`).join("\n\n")]);
  },
  "the answer rests on the best of them": (/** @type {Outcome} */ { answer, documents }) => {
    assert.ok(answer.includes(documents[0]?.text ?? "no document"));
  },
};
