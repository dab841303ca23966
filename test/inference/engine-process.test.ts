import { spawn } from "node:child_process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { built } from "../support/built.js";

const TINY = fileURLToPath(new URL("../fixtures/tiny-models/bert-one-logit", import.meta.url));

const HEAD = `
  import { OnnxCrossEncoder } from ${JSON.stringify(pathToFileURL(built("onnx.js")).href)};
  const texts = (count) => Array.from({ length: count }, (_, i) => i + " the ferry crosses the river twice an hour. ".repeat(8));
  const tiny = new OnnxCrossEncoder({ model: ${JSON.stringify(TINY)}, workers: 2 });
  const say = (what) => process.stdout.write(what + "\\n");
  const workers = [];
  let onDone = () => {};
  process.on("worker", (worker) => {
    workers.push(worker);
    worker.on("message", ({ type }) => type === "done" && onDone());
  });
  /** Resolves when a thread has finished its next chunk; it then runs another one. */
  const chunkDone = () => new Promise((resolve) => { onDone = resolve; });
`;

/** Runs a program with the built package in another process until that ends. */
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
  it("ends although idle threads have a model loaded", async () => {
    const ended = await run(`say((await tiny.score("ferry", texts(20))).length);`);
    expect(ended).toEqual({ code: 0, signal: null, lines: ["20"], stderr: "" });
  });

  it("does not end during a call that nothing awaits", async () => {
    const ended = await run(`tiny.score("ferry", texts(400)).then((scores) => say(scores.length));`);
    expect(ended).toEqual({ code: 0, signal: null, lines: ["400"], stderr: "" });
  });

  it("ends after an abort, with a pending idle timeout, and after dispose()", async () => {
    const ended = await run(`
      const controller = new AbortController();
      await tiny.score("ferry", ["up"]);
      const job = tiny.score("ferry", texts(3000), { signal: controller.signal }).catch((error) => say(error));
      await chunkDone();
      controller.abort("stopped");
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
    ["an uncaught error", 'throw new Error("a bug of the caller")', 1, /a bug of the caller/],
  ])("ends with the expected code after %s while threads run native code", async (_name, statement, code, stderr) => {
    const ended = await run(`
      const bundled = new OnnxCrossEncoder({ workers: 2 });
      await bundled.score("ferry", ["up"]);
      bundled.score("ferry", texts(400));
      await chunkDone();
      ${statement};
    `);
    expect(ended.signal).toBe(null);
    expect(ended.code).toBe(code);
    expect(ended.stderr).toMatch(stderr);
    expect(ended.stderr).not.toContain("terminate called");
  });

  it("survives threads that are terminated while they run native code", async () => {
    const ended = await run(`
      const bundled = new OnnxCrossEncoder({ workers: 2 });
      await bundled.score("ferry", ["up"]);
      const job = bundled.score("ferry", texts(400)).catch((error) => say(error.name));
      await chunkDone();
      for (const worker of workers) worker.terminate();
      await job;
      say((await bundled.score("ferry", ["up again"])).length);
    `);
    expect(ended).toEqual({ code: 0, signal: null, lines: ["BackendError", "1"], stderr: "" });
  });

  it("prints no warning about listeners with 40 concurrent calls that share a signal", async () => {
    const ended = await run(`
      const { getEventListeners } = await import("node:events");
      const { signal } = new AbortController();
      const calls = Array.from({ length: 40 }, (_, i) => tiny.score("ferry " + i, texts(2), { signal }));
      say((await Promise.all(calls)).length);
      say(getEventListeners(signal, "abort").length);
    `);
    expect(ended).toEqual({ code: 0, signal: null, lines: ["40", "0"], stderr: "" });
  });
});
