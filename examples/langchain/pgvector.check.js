// @ts-check
import assert from "node:assert/strict";
import { isRanked } from "./is-ranked.js";

/** @typedef {Awaited<ReturnType<typeof import("./pgvector.js").main>>} Outcome */

export function skip() {
  return process.env.DATABASE_URL ? undefined : "DATABASE_URL names no PostgreSQL; test/real runs it against one";
}

export const checks = {
  "the first stage gives twenty notes by cosine": (/** @type {Outcome} */ { candidates, scores }) => {
    assert.equal(new Set(candidates.map(({ source }) => source)).size, 20);
    assert.deepEqual(
      scores,
      scores.toSorted((a, b) => b - a),
    );
    assert.ok(scores.every((score) => score > -1 && score < 1));
  },
  "three are returned, best first, and the one that answers leads": (
    /** @type {Outcome} */ { candidates, documents },
  ) => {
    isRanked(documents, 3);
    assert.equal(documents[0]?.source, "lamp-flicker");
    assert.notEqual(candidates[0]?.source, "lamp-flicker");
  },
};
