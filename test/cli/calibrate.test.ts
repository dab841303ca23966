import { mkdtemp, readFile, rm } from "node:fs/promises";
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

  it("exits with 2 when there are fewer than 20 examples of either kind", async () => {
    const args = ["calibrate", DATA, "--model", "static-en-v1", "--depth", "3", "--limit", "3"];
    const { code, stderr } = await runCli(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(/at least 20 relevant and 20 other examples, got \d and \d/);
  });
});
