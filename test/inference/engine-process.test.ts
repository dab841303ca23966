import { spawn } from "node:child_process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { built } from "../support/built.js";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const TINY = path("../fixtures/tiny-models/bert-one-logit");

const HEAD = `
  import { OnnxCrossEncoder } from ${JSON.stringify(pathToFileURL(built("onnx.js")).href)};
  const texts = (count) => Array.from({ length: count }, (_, i) => i + " the ferry crosses the river twice an hour. ".repeat(8));
  const tiny = new OnnxCrossEncoder({ model: ${JSON.stringify(TINY)}, workers: 2 });
  const say = (what) => process.stdout.write(what + "\\n");
`;

/** Runs a program of the built package in a process of its own, until it ends by itself. */
function run(body: string): Promise<{ code: number | null; signal: string | null; lines: string[]; stderr: string }> {
  const child = spawn(process.execPath, ["--input-type=module", "-e", HEAD + body]);
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (data) => {
    stdout += data;
  });
  child.stderr.on("data", (data) => {
    stderr += data;
  });
  return new Promise((done) =>
    child.on("close", (code, signal) => done({ code, signal, lines: stdout.split("\n").filter(Boolean), stderr })),
  );
}

describe("a process", () => {
  it("ends by itself while threads are idle", async () => {
    const ended = await run(`say((await tiny.score("ferry", texts(20))).length);`);
    expect(ended).toEqual({ code: 0, signal: null, lines: ["20"], stderr: "" });
  });

  it("does not end while a call is under way that nobody awaits", async () => {
    const ended = await run(`tiny.score("ferry", texts(400)).then((scores) => say(scores.length));`);
    expect(ended).toEqual({ code: 0, signal: null, lines: ["400"], stderr: "" });
  });

  it("ends by itself after an abort, a timeout of the pool, and dispose", async () => {
    const ended = await run(`
      const controller = new AbortController();
      const job = tiny.score("ferry", texts(3000), { signal: controller.signal }).catch((error) => say(error));
      setTimeout(() => controller.abort("stopped"), 50);
      await job;
      const idle = new OnnxCrossEncoder({ model: ${JSON.stringify(TINY)}, workers: 1, idleTimeout: 60_000 });
      say((await idle.score("ferry", texts(2))).length);
      await tiny.dispose();
      say("last line");
    `);
    expect(ended).toEqual({ code: 0, signal: null, lines: ["stopped", "2", "last line"], stderr: "" });
  });

  it.each([
    ["process.exit", "process.exit(3)", 3, /^$/],
    ["an error that nobody caught", 'throw new Error("a bug of the caller")', 1, /a bug of the caller/],
  ])("ends with its own code after %s amid native work", async (_name, statement, code, stderr) => {
    const ended = await run(`
      const bundled = new OnnxCrossEncoder({ workers: 2 });
      await bundled.score("ferry", ["up"]);
      bundled.score("ferry", texts(400));
      setTimeout(() => { ${statement}; }, 100);
    `);
    expect(ended.signal).toBe(null);
    expect(ended.code).toBe(code);
    expect(ended.stderr).toMatch(stderr);
    expect(ended.stderr).not.toContain("terminate called");
  });

  it("survives threads that are terminated amid native work", async () => {
    const ended = await run(`
      const workers = [];
      process.on("worker", (worker) => workers.push(worker));
      const bundled = new OnnxCrossEncoder({ workers: 2 });
      await bundled.score("ferry", ["up"]);
      const job = bundled.score("ferry", texts(400)).catch((error) => say(error.name));
      setTimeout(() => { for (const worker of workers) worker.terminate(); }, 100);
      await job;
      say((await bundled.score("ferry", ["up again"])).length);
    `);
    expect(ended).toEqual({ code: 0, signal: null, lines: ["BackendError", "1"], stderr: "" });
  });
});
