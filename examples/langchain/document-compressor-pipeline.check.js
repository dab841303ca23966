// @ts-check
import assert from "node:assert/strict";
import { isRanked } from "./is-ranked.js";

/** @typedef {Awaited<ReturnType<typeof import("./document-compressor-pipeline.js").main>>} Outcome */

export const checks = {
  "long chapters become short passages, three of which are returned": (/** @type {Outcome} */ outcome) => {
    assert.equal(outcome.retrieved, 6);
    assert.ok(outcome.longest > 1500);
    isRanked(outcome.documents, 3);
    for (const { text } of outcome.documents) assert.ok(text.length <= 260);
  },
  "what the old edition repeats is dropped before it is scored": (
    /** @type {Outcome} */ { passages, dropped, documents },
  ) => {
    assert.ok(dropped >= passages / 4 && dropped <= passages / 2, `${dropped} of ${passages}`);
    assert.ok(documents.every(({ source }) => /^chapter-\d(-old)?$/.test(source)));
  },
  "the passage that answers comes first": (/** @type {Outcome} */ { documents }) => {
    assert.match(documents[0]?.text ?? "", /^Finding a small hole/);
  },
};
