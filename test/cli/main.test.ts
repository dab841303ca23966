import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runCli } from "./run-cli.js";

describe("langchain-rerank", () => {
  it("shows examples and lists its commands", async () => {
    const { code, stdout } = await runCli(["--help"]);
    expect(code).toBe(0);
    for (const word of ["rank", "models", "Examples:", "Exit codes:"]) expect(stdout).toContain(word);
    expect(await runCli(["help", "rank"])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("--top-n <count>"),
    });
    expect(await runCli(["models", "download", "--help"])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("HF_HUB_OFFLINE"),
    });
  });

  it("prints its version", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    expect(await runCli(["--version"])).toMatchObject({ code: 0, stdout: `${version}\n` });
  });

  it("ends with 0 and prints its results if nobody reads its standard error", async () => {
    const args = ["rank", "-q", "q", "-m", "static-en-v1", "--json", "--verbose"];
    const { code, stdout } = await runCli(args, { input: "one\ntwo", closesStderr: true });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toHaveLength(2);
  });

  it.each([
    [["nonsense"], "unknown command"],
    [["constructor"], "unknown command"],
    [["toString"], "unknown command"],
    [["rank", "-q", "q", "--no-such-option"], "unknown option"],
    [["rank", "file.txt"], "--query"],
    [["rank", "-q", "q", "-n", "0"], "It must be an integer, 1 or more"],
    [["rank", "-q", "q", "-n", "2.5"], "It must be an integer, 1 or more"],
    [["rank", "-q", "q", "--threshold", "much"], "must be a number"],
    [["rank", "-q", "   ", "x.txt"], "--query is blank"],
    [["models", "list", "--kind", "oracle"], "Allowed choices"],
  ])("%j is wrong usage", async (args, message) => {
    const { code, stdout, stderr } = await runCli(args);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("    at ");
  });
});
