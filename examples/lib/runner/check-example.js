import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { text } from "node:stream/consumers";

/** No example needs minutes; one that hangs must not hang the run. */
const TIME_LIMIT = 240_000;

/**
 * @typedef {object} Result
 * @property {string} [example]
 * @property {string} check
 * @property {"passed" | "failed" | "skipped"} status
 * @property {string} [reason]
 * @property {number} milliseconds
 */

/**
 * Runs an example as its own program, as a user does, and its checks on the outcome that it prints.
 *
 * @param {import("./find-examples.js").Example} example
 * @returns {Promise<Result[]>}
 */
export async function checkExample(example) {
  const { checks, failures = {}, services = [], env = {} } = example;
  const names = [...Object.keys(checks), ...Object.keys(failures)];
  const why = example.skip?.();
  if (why) return names.map((check) => ({ check, status: "skipped", reason: why, milliseconds: 0 }));

  const started = await example.start?.();
  try {
    const unset = Object.fromEntries(services.map((name) => [name, undefined]));
    return await runChecks(example, { ...process.env, ...unset, ...env, ...started?.env });
  } finally {
    await started?.stop();
  }
}

/**
 * @param {import("./find-examples.js").Example} example
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<Result[]>}
 */
async function runChecks({ file, args = [], checks, failures = {} }, environment) {
  const started = performance.now();
  const run = await launch(file, ["--json", ...args], environment);
  const first = await attempt("runs", () => assert.equal(run.status, 0, `exit status ${run.status}\n${run.stderr}`));
  const results = [{ ...first, milliseconds: performance.now() - started }];
  if (first.status === "failed") return results;

  const outcome = JSON.parse(run.stdout);
  for (const [name, check] of Object.entries(checks)) results.push(await attempt(name, () => check(outcome)));
  for (const [name, failure] of Object.entries(failures)) {
    results.push(await attempt(name, () => failsInOneLine(file, failure, environment)));
  }
  return results;
}

/**
 * @param {string} check
 * @param {() => void | Promise<void>} run
 * @returns {Promise<Result>}
 */
async function attempt(check, run) {
  const started = performance.now();
  try {
    await run();
    return { check, status: "passed", milliseconds: performance.now() - started };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { check, status: "failed", reason, milliseconds: performance.now() - started };
  }
}

/**
 * @param {string} file
 * @param {import("./find-examples.js").Failure} failure
 * @param {NodeJS.ProcessEnv} offline
 */
async function failsInOneLine(file, { env = {}, args = [], says }, offline) {
  const given = typeof env === "function" ? env({ closedPort: await closedPort() }) : env;
  const run = await launch(file, ["--json", ...args], { ...offline, ...given });
  assert.notEqual(run.status, 0, "exit status 0 although it should fail");
  assert.equal(run.stderr.trim().split("\n").length, 1, `more than one line on standard error:\n${run.stderr}`);
  for (const pattern of says) assert.match(run.stderr, pattern);
}

/**
 * @param {string} file
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
async function launch(file, args, env) {
  const child = spawn(process.execPath, [file, ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: TIME_LIMIT,
  });
  const exited = new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { status: await exited, stdout, stderr };
}

/** A port on which nothing listens. @returns {Promise<number>} */
function closedPort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(address && typeof address === "object" ? address.port : 0));
    });
  });
}
