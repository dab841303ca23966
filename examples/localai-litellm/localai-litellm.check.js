import assert from "node:assert/strict";

export const services = ["LITELLM_BASE_URL", "LOCALAI_BASE_URL", "RERANK_MODEL"];

const SENT_LOGITS = [-1.533203125, -1.9912109375, -4.109375];

/** @type {import("../lib/runner/find-examples.js").Checks["checks"]} */
export const checks = {
  "says plainly that the answer is a recorded one": ({ recorded, routes }) => {
    assert.equal(recorded, true);
    assert.equal(routes.length, 1);
  },
  "curry, restaurant, picnic: the best three of ten, by raw logits": ({ routes: [{ scored, best }] }) => {
    assert.equal(scored, 10);
    const indices = best.map((/** @type {{ index: number }} */ { index }) => index);
    const sims = best.map((/** @type {{ sim: number }} */ { sim }) => sim);
    assert.deepEqual(indices, [8, 1, 0]);
    assert.deepEqual(sims, SENT_LOGITS);
  },
  "a sigmoid keeps the order, and a threshold of 0.1 the two on food": ({ routes: [{ above }] }) => {
    assert.equal(above.length, 2);
    for (const [position, { index, sim }] of above.entries()) {
      assert.equal(index, [8, 1][position]);
      assert.ok(Math.abs(sim - 1 / (1 + Math.exp(-SENT_LOGITS[position]))) < 1e-12);
    }
  },
  "a server may send all although three were asked for": ({ routes: [{ asked }] }) => {
    assert.deepEqual(asked, { topN: 3, cameBack: 10 });
  },
};

/** @type {import("../lib/runner/find-examples.js").Checks["failures"]} */
export const failures = {
  "a LocalAI that is not there": {
    env: ({ closedPort }) => ({ LOCALAI_BASE_URL: `http://127.0.0.1:${closedPort}` }),
    says: [/LocalAI does not answer/, /LOCALAI_BASE_URL/, /docker compose .*compose\.yaml up/],
  },
  "a LiteLLM that is not there": {
    env: ({ closedPort }) => ({ LITELLM_BASE_URL: `http://127.0.0.1:${closedPort}` }),
    says: [/LiteLLM does not answer/, /LITELLM_BASE_URL/, /docker compose .*compose\.yaml up/],
  },
};
