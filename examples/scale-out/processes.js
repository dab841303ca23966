import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { ServiceError } from "../lib/missing-service.js";

/** Milliseconds within which a program must answer. */
const START_LIMIT = 300_000;

/**
 * @typedef {object} Running A program that answers.
 * @property {number} pid
 * @property {() => string} log what it has written
 * @property {() => boolean} ended
 * @property {(signal?: NodeJS.Signals) => Promise<number | null>} stop sends the signal and waits for the end; returns the exit code
 */

/**
 * Starts a program and waits until it answers.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {object} options
 * @param {string} options.health address that answers 200 once the program is ready
 * @param {string} [options.cwd]
 * @param {Record<string, string>} [options.env]
 * @param {Record<string, string>} [options.headers] of the question whether it is ready
 * @returns {Promise<Running>}
 * @throws {ServiceError} with the end of what it wrote, when it ends instead
 */
export async function launch(program, args, { health, cwd, env = {}, headers = {} }) {
  const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let written = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (part) => {
      written = (written + part).slice(-10_000_000);
    });
  }
  /** @type {Error | undefined} */
  let failed;
  child.on("error", (error) => {
    failed = error;
  });
  const ended = () => failed !== undefined || child.exitCode !== null || child.signalCode !== null;
  const running = {
    pid: child.pid ?? 0,
    log: () => written,
    ended,
    stop: async (/** @type {NodeJS.Signals} */ signal = "SIGTERM") => {
      if (ended()) return child.exitCode;
      const exit = once(child, "exit");
      child.kill(signal);
      await exit;
      return child.exitCode;
    },
  };
  const deadline = Date.now() + START_LIMIT;
  while (!(await answers(health, headers))) {
    const late = Date.now() > deadline;
    if (!late && !ended()) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      continue;
    }
    await running.stop("SIGKILL");
    const problem = failed?.message ?? (late ? "was not ready in time" : `ended with ${child.exitCode}`);
    throw new ServiceError(`${program}: ${problem} ${written.slice(-2000)}`);
  }
  return running;
}

/**
 * @param {string} url
 * @param {Record<string, string>} headers
 */
async function answers(url, headers) {
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(5000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/**
 * Ports that were free a moment ago.
 *
 * @param {number} count
 */
export async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => {
    const address = server.address();
    return address && typeof address === "object" ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
