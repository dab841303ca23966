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

  it("describes every command alike, and defaults as they are typed", async () => {
    for (const args of [["--help"], ["models", "--help"]]) {
      const { stdout } = await runCli(args);
      const commands = stdout.split("Commands:")[1]!.split("\n\n")[0]!;
      const summaries = [...commands.matchAll(/^ {2}\S.*? {2,}(\S.*)$/gm)].map(([, summary]) => summary!);
      expect(summaries.length).toBeGreaterThan(4);
      for (const each of summaries) expect(each).toMatch(/^[a-z]/);
      expect(commands).not.toMatch(/\.$/m);
    }
    const { stdout } = await runCli(["eval", "--help"]);
    expect(stdout).toContain("nDCG@10,RR@10)");
    expect(stdout).toMatch(/\(default:\s+late-en-v1\)/);
  });

  it.each([
    [["-m", "cohere:rerank-v3.5"], "Missing API key for cohere. Set CO_API_KEY or COHERE_API_KEY."],
    [["-m", "tei:"], 'Set TEI_BASE_URL, for example to "http://localhost:8080".'],
    [["-m", "localai:"], "Missing model for localai. Append the name of a model that the server has."],
    [["-m", "jinaai/jina-reranker-v2-base-multilingual"], "Pass --accept-license (in code: `acceptLicense: true`) if"],
    [["-m", "late-en-v1", "--dtype", "fp32"], "Choose another --dtype, or append"],
  ])("names flags and variables, not the library's options, in errors: rank %j", async (args, message) => {
    const env = { CO_API_KEY: "", COHERE_API_KEY: "", TEI_BASE_URL: "", LOCALAI_BASE_URL: "http://127.0.0.1:1" };
    const { code, stderr } = await runCli(["rank", "-q", "q", ...args], { input: "a text", env });
    expect(code).not.toBe(0);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/`(apiKey|baseUrl|dtype|model)`/);
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
