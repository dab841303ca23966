import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reportFailure } from "../../src/apps/cli/report-failure.js";
import { type CliRun, runCli } from "./run-cli.js";

const DATA = "examples/data/bicycle";
let folder: string;
const at = (path: string) => join(folder, path);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cli-outputs-"));
  writeFileSync(at("file"), "kept");
  mkdirSync(at("folder"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A model that does not exist: a command that gets as far as its model exits with 1. */
const NO_MODEL = ["--model", "./no-such-model"];
const run = (command: string, more: string[]) => runCli([command, DATA, ...NO_MODEL, ...more]);
const bulk = (out: string) =>
  runCli(["rank", "--run", join(DATA, "bm25.trec"), "--corpus", DATA, "--out", out, ...NO_MODEL]);
const compare = (html: string) =>
  runCli(["compare", join(DATA, "qrels/test.tsv"), join(DATA, "bm25.trec"), "--html", html]);

describe("an output that cannot be written", () => {
  it.each<[string, string, string, (path: string) => Promise<CliRun>]>([
    ["calibrate", "--out", "none/curve.json", (path) => run("calibrate", ["--out", path])],
    ["calibrate", "--html", "none/report.html", (path) => run("calibrate", ["--html", path])],
    ["calibrate", "--cache", "file/cache.jsonl", (path) => run("calibrate", ["--cache", path])],
    ["eval", "--cache", "file/cache.jsonl", (path) => run("eval", ["--cache", path])],
    ["eval", "--cache", "folder", (path) => run("eval", ["--cache", path])],
    ["eval", "--runs", "file", (path) => run("eval", ["--runs", path])],
    ["eval", "--runs", "file/runs", (path) => run("eval", ["--runs", path])],
    ["eval", "--html", "folder", (path) => run("eval", ["--html", path])],
    ["tune", "--cache", "folder", (path) => run("tune", ["--cache", path])],
    ["tune", "--html", "none/report.html", (path) => run("tune", ["--html", path])],
    ["tune", "--html", "folder/", (path) => run("tune", ["--html", path])],
    ["compare", "--html", "none/report.html", (path) => compare(path)],
    ["rank --run", "--out", "file/x.trec", (path) => bulk(path)],
    ["rank --run", "--out", "folder", (path) => bulk(path)],
    ["models export", "<folder>", "file/model", (path) => runCli(["models", "export", "late-en-v1", path])],
  ])("%s reports %s %s in one sentence before it does any work", async (_command, option, path, start) => {
    const before = readdirSync(folder);
    const { code, stdout, stderr } = await start(at(path));
    expect(stderr).toMatch(/^error: .*\b(does not exist|is a folder|is a file|cannot be written to)\b.*\.\n$/);
    if (option !== "<folder>") expect(stderr).toContain(`error: ${option} ${at(path)}: `);
    expect(stdout).toBe("");
    expect(code).toBe(2);
    expect(readdirSync(folder)).toEqual(before);
  });

  it("does not stop a command whose outputs are in new folders that it creates", async () => {
    const cache = at("new/deep/cache.jsonl");
    const args = ["eval", DATA, "--model", "static-en-v1", "--limit", "2", "--depth", "2", "--cache", cache];
    const { code } = await runCli([...args, "--runs", at("new/runs")]);
    expect(code).toBe(0);
    expect(existsSync(cache)).toBe(true);
    expect(readdirSync(at("new/runs"))).toHaveLength(2);
  });
});

describe("an error that nothing foresaw", () => {
  const printed = (error: unknown, verbose = false) => {
    const { write } = process.stderr;
    let text = "";
    process.stderr.write = (chunk: string | Uint8Array) => {
      text += chunk;
      return true;
    };
    try {
      expect(reportFailure(error, verbose)).toBe(1);
    } finally {
      process.stderr.write = write;
    }
    return text;
  };

  it("is printed once and without a stack if the operating system reports it", () => {
    const error = Object.assign(new Error("ENOSPC: no space left on device, write"), {
      code: "ENOSPC",
      syscall: "write",
    });
    expect(printed(error)).toBe("error: ENOSPC: no space left on device, write\n");
    expect(printed(error, true)).toMatch(/^error: ENOSPC: no space left on device, write\n {4}at /);
  });

  it("is printed once, with a stack, if it is a fault of the program", () => {
    const text = printed(new TypeError("x is not a function"));
    expect(text).toMatch(/^error: x is not a function\n {4}at /);
    expect(text.split("x is not a function")).toHaveLength(2);
  });
});
