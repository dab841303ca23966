import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServiceError } from "../lib/missing-service.js";
import { launch } from "./processes.js";

/**
 * @typedef {object} Router A program that spreads requests over replicas.
 * @property {string} url
 * @property {"cohere" | "litellm"} provider how the client speaks to it
 * @property {string} [apiKey]
 * @property {() => string} log its access log
 * @property {() => Promise<void>} stop
 *
 * @typedef {(port: number, replicaPorts: readonly number[]) => Promise<Router>} StartRouter
 */

const PORT = 8800;

/** Routers by name. Where the program is not on the path, the environment variable names it. @type {Record<string, StartRouter>} */
export const ROUTERS = { nginx: startNginx, litellm: startLiteLlm };

/** @type {StartRouter} */
async function startNginx(port, replicaPorts) {
  const { folder, file, remove } = configure("nginx.conf", port, replicaPorts);
  // Started as root, nginx works as another user.
  chmodSync(folder, 0o755);
  const program = process.env.NGINX_PROGRAM || "nginx";
  const health = `http://127.0.0.1:${port}/health`;
  const router = await launch(program, ["-p", folder, "-e", "stderr", "-c", file], { health }).catch(
    fail(program, "NGINX_PROGRAM"),
  );
  return {
    url: `http://127.0.0.1:${port}`,
    provider: "cohere",
    log: () => readFileSync(join(folder, "access.log"), "utf8"),
    stop: async () => {
      await router.stop();
      remove();
    },
  };
}

/** @type {StartRouter} */
async function startLiteLlm(port, replicaPorts) {
  const { folder, file, remove } = configure("litellm.yaml", port, replicaPorts);
  copyFileSync(new URL("litellm_log.py", import.meta.url), join(folder, "litellm_log.py"));
  const program = process.env.LITELLM_PROGRAM || "litellm";
  const apiKey = process.env.LITELLM_MASTER_KEY || "sk-scale-out-example";
  const router = await launch(program, ["--config", file, "--host", "127.0.0.1", "--port", `${port}`], {
    health: `http://127.0.0.1:${port}/health/readiness`,
    env: {
      LITELLM_MASTER_KEY: apiKey,
      LITELLM_LOCAL_MODEL_COST_MAP: "True",
      LITELLM_TELEMETRY: "False",
    },
  }).catch(fail(program, "LITELLM_PROGRAM"));
  return {
    url: `http://127.0.0.1:${port}`,
    provider: "litellm",
    apiKey,
    log: router.log,
    stop: async () => {
      await router.stop();
      remove();
    },
  };
}

/**
 * A copy of a configuration with the ports of this run.
 *
 * @param {string} name
 * @param {number} port
 * @param {readonly number[]} replicaPorts
 */
function configure(name, port, replicaPorts) {
  const folder = mkdtempSync(join(tmpdir(), "scale-out-"));
  const file = join(folder, name);
  const ports = [port, ...replicaPorts];
  const text = readFileSync(new URL(name, import.meta.url), "utf8");
  const replaced = text.replaceAll(/127\.0\.0\.1:(880\d)/g, (_, found) => `127.0.0.1:${ports[Number(found) - PORT]}`);
  writeFileSync(file, replaced);
  return { folder, file, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * @param {string} program
 * @param {string} variable
 * @returns {(error: Error) => never}
 */
function fail(program, variable) {
  return (error) => {
    if (!error.message.includes("ENOENT")) throw error;
    throw new ServiceError(`${program} is not installed. Install it, or set ${variable} to the program`);
  };
}
