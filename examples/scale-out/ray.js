import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ServiceError } from "../lib/missing-service.js";
import { launch } from "./processes.js";

/** Folder of `ray_serve.py`. */
const HERE = fileURLToPath(new URL(".", import.meta.url));

/**
 * @typedef {object} RayApplication
 * @property {string} name also the path below which it answers
 * @property {string} model folder of the model
 * @property {number} replicas
 *
 * @typedef {object} RayServe
 * @property {(name: string) => string} url address of an application
 * @property {(name: string) => number[]} replicas process IDs of an application's replicas
 * @property {() => string} log
 * @property {() => Promise<void>} stop
 */

/**
 * Starts Ray on this machine with several applications of `ray_serve.py`, and waits until all of them answer. The program is `serve`, or
 * what RAY_SERVE_PROGRAM names. Linux only, since it looks for the replicas in /proc.
 *
 * @param {number} port
 * @param {readonly RayApplication[]} applications
 * @returns {Promise<RayServe>}
 */
export async function startRay(port, applications) {
  const folder = mkdtempSync(join(tmpdir(), "ray-serve-"));
  const file = join(folder, "serve.yaml");
  const config = {
    http_options: { host: "127.0.0.1", port },
    applications: applications.map(({ name, model, replicas }) => ({
      name,
      route_prefix: `/${name}`,
      import_path: "ray_serve:build",
      args: { model },
      // Small machines: replicas share the cores.
      deployments: [
        {
          name: "Reranker",
          ray_actor_options: { num_cpus: 0.1 },
          autoscaling_config: { min_replicas: replicas, max_replicas: replicas + 1, target_ongoing_requests: 64 },
        },
      ],
    })),
  };
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(config, null, 2));
  const program = process.env.RAY_SERVE_PROGRAM || "serve";
  const env = { PYTHONPATH: HERE, RAY_USAGE_STATS_ENABLED: "0", PYTHONUNBUFFERED: "1" };
  const url = (/** @type {string} */ name) => `http://127.0.0.1:${port}/${name}`;
  const ray = await startPatiently(() =>
    launch(program, ["run", file], { health: `http://127.0.0.1:${port}/-/healthz`, env }),
  ).catch((error) => {
    if (!error.message.includes("ENOENT")) throw error;
    throw new ServiceError(
      `${program} is not installed: pip install "ray[serve]", or set RAY_SERVE_PROGRAM to the program`,
    );
  });
  const stop = async () => {
    await ray.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    for (const { name } of applications) {
      while (!(await answers(url(name)))) {
        if (ray.ended()) throw new ServiceError(`${program} ended: ${ray.log().slice(-2000)}`);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, replicas: (name) => descendants(ray.pid, `ray::ServeReplica:${name}:`), log: ray.log, stop };
}

/**
 * Ray gives its own processes 30 seconds to start, which a busy machine may need longer for.
 *
 * @template T
 * @param {() => Promise<T>} start
 * @returns {Promise<T>}
 */
export async function startPatiently(start, tries = 5) {
  try {
    return await start();
  } catch (error) {
    if (tries <= 1 || !String(error).includes("timed out during startup")) throw error;
    return startPatiently(start, tries - 1);
  }
}

/** @param {string} url */
async function answers(url) {
  const body = JSON.stringify({ query: "ready", texts: ["ready"] });
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${url}/rerank`, { method: "POST", headers, body }).catch(() => undefined);
  const answer = await response?.text();
  // 404 and 503 come before the replicas are there; a model that fails would fail forever.
  if (response?.status === 500) throw new ServiceError(`${url} answers 500: ${answer?.slice(0, 2000)}`);
  return response?.ok ?? false;
}

/**
 * Processes below another one, at any depth, whose command line starts with a name.
 *
 * @param {number} ancestor
 * @param {string} name
 */
function descendants(ancestor, name) {
  const processes = readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => ({ pid: Number(pid), parent: parentOf(pid), command: read(`/proc/${pid}/cmdline`) }));
  const below = new Set([ancestor]);
  for (let before = 0; before < below.size; ) {
    before = below.size;
    for (const { pid, parent } of processes) if (below.has(parent)) below.add(pid);
  }
  return processes.filter(({ pid, command }) => below.has(pid) && command.startsWith(name)).map(({ pid }) => pid);
}

/** @param {string} pid */
function parentOf(pid) {
  return Number(/^PPid:\s*(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1]);
}

/** Empty for a process that has just ended. @param {string} path */
function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
