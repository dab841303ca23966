import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";

export function skip() {
  const { error } = spawnSync(process.env.NGINX_PROGRAM || "nginx", ["-v"]);
  return error && "nginx is not installed (set NGINX_PROGRAM to the program)";
}

/** @type {import("../lib/runner/find-examples.js").Checks["checks"]} */
export const checks = {
  "nothing is lost and nothing wrong while replicas are restarted and one is killed": ({ answered, wrong, lost }) => {
    assert.ok(answered > 0);
    assert.deepEqual({ wrong, lost }, { wrong: 0, lost: [] });
  },
  "every replica finishes its work on SIGTERM and exits with 0": ({ exitCodes }) => {
    assert.deepEqual(exitCodes, [0, 0, 0]);
  },
  "the refund is the best answer": ({ best }) => {
    assert.match(best[0].text, /Refunds/);
  },
  "the client's request ID is in the router's and in a replica's log": ({ requestId, seen }) => {
    for (const line of [seen.router, seen.replica]) assert.equal(JSON.parse(line).requestId, requestId);
  },
};

/** @type {import("../lib/runner/find-examples.js").Checks["failures"]} */
export const failures = {
  "an nginx that is not installed": {
    env: { NGINX_PROGRAM: "no-such-nginx" },
    says: [/no-such-nginx is not installed/, /NGINX_PROGRAM/],
  },
};
