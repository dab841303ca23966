import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Calibration, checkCalibration } from "../../src/calibration.js";
import { runCli } from "./run-cli.js";

const DATA = "examples/data/bicycle";
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cli-calibrate-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("calibrate", () => {
  it("prints a curve as one JSON value, and how reliable it is on held-out queries", async () => {
    const { code, stdout, stderr } = await runCli(["calibrate", DATA, "--model", "static-en-v1", "--depth", "30"]);
    expect(code).toBe(0);
    const curve = JSON.parse(stdout) as Calibration;
    expect(Object.keys(curve)).toEqual(["slope", "intercept", "model", "positives", "negatives"]);
    checkCalibration("calibration", curve, "static-en-v1");
    expect(stderr).toContain(`Fitted to ${curve.positives} relevant and ${curve.negatives} other candidates`);
    expect(stderr).toMatch(
      /On held-out queries: expected calibration error 0\.\d{3}, Brier score 0\.\d{3} \(0\.\d{3} if/,
    );
  });

  it("writes the curve to a file and a report with a reliability diagram", async () => {
    const [out, html] = [join(folder, "curve.json"), join(folder, "curve.html")];
    const args = ["calibrate", DATA, "--model", "static-en-v1", "--depth", "30", "--out", out, "--html", html];
    const { code, stdout } = await runCli(args);
    expect(code).toBe(0);
    expect(stdout).toBe("");
    expect(JSON.parse(await readFile(out, "utf8"))).toMatchObject({ model: "static-en-v1" });
    expect(await readFile(html, "utf8")).toMatch(/<h2>Calibration<\/h2>.*Reliability of static-en-v1/s);
  });

  it("prints the curve even if held-out queries cannot show how reliable it is, as only one has relevant candidates", async () => {
    const data = join(folder, "one-query");
    await mkdir(join(data, "qrels"), { recursive: true });
    const numbers = Array.from({ length: 60 }, (_, index) => index);
    const corpus = numbers.map((n) => ({ _id: `d${n}`, text: n < 25 ? `squealing brake pads ${n}` : `tulips ${n}` }));
    const queries = numbers
      .slice(0, 6)
      .map((n) => ({ _id: `q${n}`, text: n === 0 ? "brake pads squeal" : `lamp ${n}` }));
    const qrels = numbers.map((n) => (n < 25 ? `q0 0 d${n} 1` : `q${n % 6} 0 d59 0`));
    const lines = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join("\n");
    await writeFile(join(data, "corpus.jsonl"), lines(corpus));
    await writeFile(join(data, "queries.jsonl"), lines(queries));
    await writeFile(join(data, "qrels/test.trec"), [...new Set(qrels)].join("\n"));
    const { code, stdout, stderr } = await runCli(["calibrate", data, "--model", "static-en-v1"]);
    expect(stderr).toContain(
      "Too few queries have relevant candidates to measure the calibration on held-out queries.",
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ model: "static-en-v1", positives: 25 });
  });

  it("exits with 2 when there are fewer than 20 examples of either kind", async () => {
    const args = ["calibrate", DATA, "--model", "static-en-v1", "--depth", "3", "--limit", "3"];
    const { code, stderr } = await runCli(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(/at least 20 relevant and 20 other examples, got \d and \d/);
  });
});
