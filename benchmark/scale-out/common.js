import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { freePorts } from "../../examples/scale-out/processes.js";
import { Replica } from "../../examples/scale-out/replicas.js";

export const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
export const CLI = at("dist/cli.js");

/** A tiny cross-encoder with random weights, so that only what is around it is measured. */
export const TINY = at("test/real/fixtures/tiny-xlm-roberta");
export const TINY_ARGS = ["--no-playground", "--model", `reranker=${TINY}`];

export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The quantile of the values: a share of them is below it. */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

export const round = (value, digits = 2) => Number(value.toFixed(digits));

/** Sentences of this project's pages, as many as wanted. */
export function sentences(count) {
  const pages = ["docs/servers.md", "docs/production.md", "docs/evaluation.md"];
  const all = pages.flatMap((page) => readFileSync(at(page), "utf8").split(/\n+/));
  const texts = all.map((line) => line.trim().slice(0, 300)).filter((line) => line.length > 30);
  return Array.from({ length: count }, (_, index) => texts[index % texts.length]);
}

/** Starts replicas, runs the work, and ends them. */
export async function withReplicas(count, args, work) {
  const replicas = (await freePorts(count)).map((port) => new Replica(port, args, CLI));
  try {
    await Promise.all(replicas.map((replica) => replica.start()));
    return await work(replicas);
  } finally {
    await Promise.all(replicas.map((replica) => replica.stop("SIGKILL")));
  }
}

/** Posts to a server and reads the answer. */
export async function post(url, body, headers = {}) {
  const init = { method: "POST", headers: { "content-type": "application/json", ...headers }, body };
  const response = await fetch(url, init);
  return { status: response.status, json: JSON.parse(await response.text()) };
}

/** A gauge of `/metrics`. */
export async function gauge({ url }, name) {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^langchain_rerank_${name} (\\S+)$`, "m").exec(metrics)?.[1]);
}

/** Calls a function again and again; returns the milliseconds of each call. */
export async function times(calls, call) {
  const milliseconds = [];
  for (let index = 0; index < calls; index++) {
    const started = performance.now();
    await call(index);
    milliseconds.push(performance.now() - started);
  }
  return milliseconds;
}
