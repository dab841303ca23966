import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type Postgres, startPostgres } from "./postgres.js";
import { freePort } from "./processes.js";

const { path: programs = "", reason } = inject("installed").pgvector;
const EXAMPLES = fileURLToPath(new URL("../../examples/", import.meta.url));
const run = promisify(execFile);

let server: Postgres;

/** Runs the example as a user does; resolves to what it came to. */
async function example(DATABASE_URL: string): Promise<{ status: number; stdout: string; stderr: string }> {
  const env = { ...process.env, DATABASE_URL };
  try {
    const done = await run(process.execPath, [join(EXAMPLES, "langchain/pgvector.js"), "--json"], { env });
    return { status: 0, ...done };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { status: code, stdout, stderr };
  }
}

describe.skipIf(reason)(`PostgreSQL with pgvector${reason ? ` (${reason})` : ""}`, () => {
  beforeAll(async () => {
    if (!existsSync(join(EXAMPLES, "node_modules"))) await run("npm", ["ci"], { cwd: EXAMPLES });
    server = await startPostgres(programs);
  });
  afterAll(() => server?.stop());

  it("the example finds with pgvector, and its checks hold", async () => {
    const { status, stdout, stderr } = await example(server.url);
    expect(stderr).toBe("");
    expect(status).toBe(0);
    const { checks } = (await import(join(EXAMPLES, "langchain/pgvector.check.js"))) as {
      checks: Record<string, (outcome: unknown) => void>;
    };
    expect(Object.keys(checks).length).toBeGreaterThan(1);
    for (const check of Object.values(checks)) check(JSON.parse(stdout));
  });

  it("a missing server is reported in one line, without the password", async () => {
    const { status, stdout, stderr } = await example(
      `postgresql://postgres:geheim@127.0.0.1:${await freePort()}/postgres`,
    );
    expect(status).toBe(1);
    expect(stdout).toBe("");
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(/PostgreSQL with pgvector.*DATABASE_URL.*docker run/);
    expect(stderr).not.toContain("geheim");
  });
});
