import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/**
 * The same example with `langchain-rerank serve --raw-scores` instead of LocalAI: real scores over the same wire. The bundled model reads English
 * alone, so that this is about counts and ranges, not about which sentence wins.
 */
export const file = "localai-litellm.js";
export const services = ["LITELLM_BASE_URL", "RERANK_MODEL"];

const CLI = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

export async function start() {
  const args = ["serve", "--raw-scores", "--port", "0", "--model", `japanese-reranker=rerank-en-v1`];
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const url = await new Promise((resolve, reject) => {
    let said = "";
    child.on("close", () => reject(new Error(`serve ended: ${said}`)));
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (part) => {
        said += part;
        const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
        if (found) resolve(found[0]);
      });
    }
  });
  return {
    env: { LOCALAI_BASE_URL: url },
    async stop() {
      const closed = once(child, "close");
      child.kill("SIGTERM");
      await closed;
    },
  };
}

/** @type {import("../lib/runner/find-examples.js").Checks["checks"]} */
export const checks = {
  "all ten are scored by the server, and three kept": ({ recorded, routes: [{ scored, best }] }) => {
    assert.equal(recorded, false);
    assert.deepEqual([scored, best.length], [10, 3]);
  },
  "sim is the server's logit, falling; a server that heeds top_n changes nothing": ({ routes: [{ best, asked }] }) => {
    const sims = best.map((/** @type {{ sim: number }} */ { sim }) => sim);
    const sorted = sims.toSorted((/** @type {number} */ a, /** @type {number} */ b) => b - a);
    assert.deepEqual(sims, sorted);
    assert.ok(
      sims.some((/** @type {number} */ sim) => sim < 0 || sim > 1),
      `${sims} could be probabilities`,
    );
    assert.deepEqual(asked, { topN: 3, cameBack: 3 });
  },
};
