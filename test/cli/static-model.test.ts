import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runCli } from "./run-cli.js";

const DATA = fileURLToPath(new URL("../../examples/data/bicycle", import.meta.url));
const TINY = fileURLToPath(new URL("../fixtures/tiny-models/bert-one-logit", import.meta.url));

describe("the name static-en-v1 on the command line", () => {
  it("means the cosine of its embeddings with eval --embeddings", async () => {
    const { code, stdout } = await runCli(["eval", DATA, "--embeddings", "static-en-v1", "--limit", "5", "--json"]);
    expect(code).toBe(0);
    const { evaluations } = JSON.parse(stdout) as { evaluations: { name: string }[] };
    expect(evaluations.map(({ name }) => name)).toEqual(["embeddings static-en-v1"]);
  });

  it("means late interaction with eval --model and rank --model", async () => {
    const { code, stdout } = await runCli(["eval", DATA, "--model", "static-en-v1", "--limit", "5", "--json"]);
    expect(code).toBe(0);
    const { evaluations } = JSON.parse(stdout) as { evaluations: { name: string }[] };
    expect(evaluations.map(({ name }) => name)).toEqual(["static-en-v1"]);
    const ranked = await runCli(["rank", "-q", "bees", "-m", "static-en-v1", "--json"], { input: "A car.\n\nA bee." });
    expect(ranked.code).toBe(0);
    expect((JSON.parse(ranked.stdout) as { text: string }[])[0]!.text).toBe("A bee.");
  });

  it("means late interaction with tune --first-stage, and the cosine with tune --embeddings", async () => {
    const stages = ["--first-stage", "static-en-v1", "--embeddings", "static-en-v1"];
    const few = ["--limit", "6", "--folds", "2", "--alphas", "0.5", "--top-ks", "5", "--normalizations", "min-max"];
    const { code, stdout, stderr } = await runCli(["tune", DATA, "-m", TINY, ...stages, ...few, "--json"]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { settings } = JSON.parse(stdout) as { settings: { first: string }[] };
    expect(new Set(settings.map(({ first }) => first))).toEqual(
      new Set(["run", "static-en-v1", "run + static-en-v1", "static-en-v1 cosine", "run + static-en-v1 cosine"]),
    );
  });

  it("is suggested for the name static, which no longer exists", async () => {
    const { code, stderr } = await runCli(["eval", DATA, "--embeddings", "static", "--limit", "5"]);
    expect(code).toBe(1);
    expect(stderr).toContain('Did you mean "static-en-v1"');
  });
});
