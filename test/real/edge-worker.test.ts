import { execFile } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type RunningServer, startProcess } from "./processes.js";

const { path: workerd = "", reason } = inject("installed").workerd;
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const EXAMPLES = join(ROOT, "examples");

let folder: string;
let reranker: RunningServer;
let worker: RunningServer;

/** What `wrangler` would deploy: the example in one file, without a module of Node. */
async function bundle(): Promise<void> {
  if (!existsSync(join(EXAMPLES, "node_modules"))) await promisify(execFile)("npm", ["ci"], { cwd: EXAMPLES });
  await build({
    absWorkingDir: EXAMPLES,
    entryPoints: ["langchain/edge-worker/worker.js"],
    outfile: join(folder, "worker.js"),
    bundle: true,
    format: "esm",
    platform: "browser",
    conditions: ["workerd", "worker", "browser"],
    // As wrangler.toml has it.
    alias: { "langchain-rerank/onnx": "./langchain/edge-worker/no-local-models.js" },
    tsconfigRaw: {},
    logLevel: "silent",
  });
}

const config = (port: number) => `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "2026-11-01",
  bindings = [
    (name = "RERANK_URL", text = "${reranker.url}"),
    (name = "RERANK_MODEL", text = "bundled"),
    (name = "RERANK_API_KEY", text = "key-of-the-test"),
  ],
);
`;

async function ask(body: unknown) {
  const response = await fetch(worker.url, { method: "POST", body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}

describe.skipIf(reason)(`the edge worker in workerd${reason ? ` (${reason})` : ""}`, () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "edge-worker-"));
    await bundle();
    const cli = join(ROOT, "dist/cli.js");
    const environment = { LANGCHAIN_RERANK_API_KEY: "key-of-the-test" };
    reranker = await startProcess(
      process.execPath,
      (port) => [cli, "serve", "--port", `${port}`, "--model", "bundled=rerank-en-v1"],
      "/health",
      () => environment,
    );
    worker = await startProcess(
      workerd,
      (port) => {
        const file = join(folder, "config.capnp");
        writeFileSync(file, config(port));
        return ["serve", file];
      },
      "/",
    );
  });
  afterAll(async () => {
    await worker?.stop();
    await reranker?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("reranks through a real server, scores and metadata kept", async () => {
    const lines = (await readFile(join(EXAMPLES, "data/bicycle/corpus.jsonl"), "utf8")).trim().split("\n");
    const documents = lines
      .map((line) => JSON.parse(line) as { _id: string; title: string; text: string })
      .map(({ _id, title, text }) => ({ pageContent: `${title}. ${text}`, metadata: { source: _id } }));
    const { status, body } = await ask({ query: "light at the back goes on and off", documents, topN: 3 });
    expect(status, worker.log()).toBe(200);
    const sims = body.documents.map(({ metadata }: { metadata: { sim: number } }) => metadata.sim);
    expect(sims).toHaveLength(3);
    expect(sims).toEqual([...sims].sort((a, b) => b - a));
    expect(body.documents[0].metadata.source).toBe("lamp-flicker");
    expect(body.report).toMatchObject({ model: "cohere:bundled", documents: 50, returned: 3 });
  });

  it("tells the caller of a bad request, and of nothing else", async () => {
    expect(await ask({ query: " ", documents: [] })).toMatchObject({ status: 400 });
    await reranker.stop();
    const answer = await ask({ query: "a", documents: [{ pageContent: "b", metadata: {} }] });
    expect(answer).toEqual({ status: 502, body: { error: "BackendError" } });
    expect(worker.log()).not.toContain("key-of-the-test");
  });
});
