import { spawn } from "node:child_process";
import type { TestProject } from "vitest/node";

/** What a setup script came to: the path it printed, or why there is none. */
export type Installed = { path: string; reason?: undefined } | { path?: undefined; reason: string };

declare module "vitest" {
  interface ProvidedContext {
    installed: Record<ServerName, Installed>;
  }
}

/** Setup scripts in `scripts/real-servers`, with what a first run takes on two cores. */
const SCRIPTS = {
  minilm: "half a minute",
  pgvector: "half a minute",
  workerd: "half a minute",
  stores: "2–4 minutes",
  chroma: "1–2 minutes",
  nginx: "seconds",
  "kubernetes-validate": "half a minute",
  "sentence-transformers": "3–5 minutes",
  litellm: "1–2 minutes",
  "ray-serve": "1–2 minutes",
  "milvus-lite": "half a minute",
  ollama: "4–7 minutes",
  "llama-server": "6–9 minutes",
  infinity: "10–20 minutes, 7 GB",
  vllm: "10–20 minutes, 9 GB",
} as const;

/** Too large to set up on every run: only when `REAL_SERVERS` names them. */
const ON_REQUEST: readonly string[] = ["infinity", "vllm"];

export type ServerName = keyof typeof SCRIPTS;

/** Status with which a script says that something is missing which it cannot bring. */
const SKIPPED = 75;

/** `REAL_SERVERS=milvus-lite,litellm` sets up these alone; the tests of the others are skipped. */
const WANTED = process.env.REAL_SERVERS?.split(",");

/** Runs the scripts one by one, says what they do, and hands their results to the tests. */
export default async function install({ provide }: TestProject): Promise<void> {
  const installed: Partial<Record<ServerName, Installed>> = {};
  for (const name of Object.keys(SCRIPTS) as ServerName[]) {
    if (WANTED ? !WANTED.includes(name) : ON_REQUEST.includes(name)) {
      const reason = WANTED ? "not among those that REAL_SERVERS names" : `set up on request: REAL_SERVERS=${name}`;
      process.stdout.write(`SKIPPED ${name}: ${reason}\n`);
      installed[name] = { reason };
      continue;
    }
    const started = performance.now();
    process.stdout.write(`setting up ${name} (${SCRIPTS[name]} when not there yet)\n`);
    const result = await run(name);
    installed[name] = result;
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    process.stdout.write(
      result.path ? `  ready after ${seconds} s: ${name}\n` : `  SKIPPED ${name}: ${result.reason}\n`,
    );
  }
  provide("installed", installed as Record<ServerName, Installed>);
}

function run(name: ServerName): Promise<Installed> {
  const script = new URL(`../../scripts/real-servers/${name}.sh`, import.meta.url).pathname;
  return new Promise((resolve, reject) => {
    const child = spawn("bash", [script], { stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    let error = "";
    child.stdout.on("data", (part) => {
      out += part;
    });
    child.stderr.on("data", (part) => {
      error += part;
    });
    // Without bash there is nothing to run the scripts with.
    child.on("error", ({ message }) => resolve({ reason: message }));
    child.on("close", (code) => {
      if (code === 0) resolve({ path: out.trim().split("\n").at(-1) ?? "" });
      else if (code === SKIPPED) resolve({ reason: error.trim().split("\n").at(-1)?.replace("skipped: ", "") ?? "" });
      else reject(new Error(`${script} failed with ${code}:\n${error.slice(-3000)}`));
    });
  });
}
