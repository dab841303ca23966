import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { WorkerPool } from "../../src/apps/cli/bulk/worker-pool.js";

describe("WorkerPool", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "worker-pool-"));
    const module = join(folder, "end.mjs");
    writeFileSync(module, 'process.kill(process.pid, "SIGKILL");\n');
    vi.stubEnv("NODE_OPTIONS", `--import ${pathToFileURL(module)}`);
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  it("says how a process ended for the queries that it had, and for those that come later", async () => {
    const files = { corpus: "", corpusIndex: "", queries: "", queriesIndex: "" };
    const setup = { ...files, options: {}, threshold: undefined, singleThread: true };
    const pool = new WorkerPool(1, setup, new AbortController().signal);
    const ended = /^a worker process ended with SIGKILL; run the command again to resume\.$/;
    const task = { query: "q1", documents: "d1 d2" };
    await expect(pool.score(task)).rejects.toThrow(ended);
    await expect(pool.score(task)).rejects.toThrow(ended);
    pool.close();
  });
});
