import assert from "node:assert/strict";

export const services = ["MODEL", "EMBEDDINGS"];

/** @typedef {{ name: string, rr: number, ndcg: number, low: number, high: number, seconds: number, candidates: number }} Row */

/** @type {import("../lib/runner/find-examples.js").Checks["checks"]} */
export const checks = {
  "measures five systems on questions that tuned nothing": ({ rows, queries }) => {
    const names = [
      "bi-encoder alone",
      "cross-encoder over all",
      "hybrid as documented",
      "hybrid, tuned for the best",
      "hybrid, tuned for speed",
    ];
    assert.deepEqual(
      rows.map((/** @type {Row} */ { name }) => name),
      names,
    );
    assert.deepEqual(queries, { train: 15, test: 15 });
  },
  "gives each the same hundred candidates": ({ rows }) => {
    for (const { candidates } of rows) assert.equal(candidates, 100);
  },
  "finds what the questions ask for, far better than chance": ({ rows }) => {
    // A random order of 100 with one or two relevant has an MRR@10 of about 0.04.
    for (const { name, rr, ndcg, low, high } of rows) {
      assert.ok(rr > 0.4 && rr <= 1, `${name}: MRR@10 ${rr}`);
      assert.ok(ndcg > 0.4 && low <= ndcg && ndcg <= high && high <= 1, `${name}: nDCG@10 ${ndcg}, ${low} to ${high}`);
    }
  },
  "chose a topK and an alpha": ({ tuned }) => {
    for (const { topK, alpha } of [tuned.best, tuned.fastest]) {
      assert.ok(topK >= 1 && topK <= 100);
      assert.ok(alpha > 0 && alpha <= 1);
    }
    assert.ok(tuned.fastest.topK <= tuned.best.topK);
  },
  "draws all of them": ({ svg, rows }) => {
    assert.match(svg, /^<svg /);
    for (const { name } of rows) assert.ok(svg.includes(`>${name}<`), name);
  },
};

/** @type {import("../lib/runner/find-examples.js").Checks["failures"]} */
export const failures = {
  "a folder that is not there": { args: ["no/such/folder"], says: [/no\/such\/folder/] },
  "too few questions to tune on one half": { args: ["--queries", "3"], says: [/--queries/, /4 or more/] },
};
