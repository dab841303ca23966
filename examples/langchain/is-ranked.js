// @ts-check
import assert from "node:assert/strict";

/**
 * Throws unless there are `count` different documents, best first, with scores from 0 to 1.
 *
 * @param {import("./handbook.js").Found[]} documents
 * @param {number} count
 */
export function isRanked(documents, count) {
  assert.equal(documents.length, count);
  assert.equal(new Set(documents.map(({ text }) => text)).size, count);
  const sims = documents.map(({ sim }) => sim ?? Number.NaN);
  for (const sim of sims) assert.ok(sim >= 0 && sim <= 1, `${sim} is no score from 0 to 1`);
  assert.deepEqual(
    sims,
    sims.toSorted((a, b) => b - a),
  );
}
