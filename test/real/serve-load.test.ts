import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { fixture } from "./data.js";

const SCRIPT = new URL("../../scripts/serve-load.js", import.meta.url).pathname;

it("serve answers 200 clients at once with right scores or 429, and ends well", async () => {
  const model = `tiny=${fixture("tiny-xlm-roberta")}`;
  const args = [SCRIPT, "--seconds", "10", "--", "--model", model, "--max-queue", "100"];
  // The script's own exit code says whether an answer was wrong, or another status came.
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(stdout).toMatch(/wrong: 0,/);
  console.warn(stdout);
});
