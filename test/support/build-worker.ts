import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    /** Address of the worker that this run's tests start. */
    workerUrl: string;
  }
}

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Below `node_modules`, so that the worker finds its packages. */
const folder = join(root, "node_modules/.cache/langchain-rerank", `worker-${process.pid}`);

/** The built worker, with its source map beside it. */
export const WORKER = join(folder, "inference-worker.mjs");

/** Where worker threads write their coverage. */
export const COVERAGE = join(folder, "coverage");

/**
 * Measures one thread: V8's precise coverage from before the worker's first line to the thread's end. Vitest measures the thread that
 * tests run in, and no other.
 */
const MEASURED = `
import inspector from "node:inspector";
import { writeFileSync } from "node:fs";
const session = new inspector.Session();
session.connect();
session.post("Profiler.enable");
session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
process.on("exit", () => {
  session.post("Profiler.takePreciseCoverage", (error, { result }) => {
    const { functions } = result.find(({ url }) => url === ${JSON.stringify(pathToFileURL(WORKER).href)});
    const name = process.pid + "-" + Date.now() + "-" + Math.random() + ".json";
    writeFileSync(${JSON.stringify(COVERAGE)} + "/" + name, JSON.stringify(functions));
  });
});
export const { serveHere } = await import(${JSON.stringify(pathToFileURL(WORKER).href)});
`;

/** Worker threads cannot load TypeScript, so every run builds the worker from the sources first: tests never start an old one. */
export default async function buildWorker(project: TestProject): Promise<() => Promise<void>> {
  await mkdir(COVERAGE, { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: ["src/platform/node/worker.ts"],
    outfile: WORKER,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    sourcemap: "linked",
    logLevel: "warning",
  });
  const measured = join(folder, "measured-worker.mjs");
  await writeFile(measured, MEASURED);
  const started = project.config.coverage.enabled ? measured : WORKER;
  project.provide("workerUrl", pathToFileURL(started).href);
  return () => rm(folder, { recursive: true, force: true });
}
