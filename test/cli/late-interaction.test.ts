import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "./run-cli.js";

const COLBERT = fileURLToPath(new URL("../fixtures/tiny-models/colbert", import.meta.url));
const TEXTS = [
  "The ferry leaves at seven.",
  "Solar panels turn light into electricity with silicon cells.",
  "Bees see ultraviolet light.",
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cli-late-"));
  writeFileSync(join(folder, "notes.jsonl"), TEXTS.map((text) => JSON.stringify({ text })).join("\n"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("late interaction on the command line", () => {
  it("ranks by the name of the bundled model, and of a folder", async () => {
    for (const model of ["late-en-v1", COLBERT]) {
      const args = ["rank", "--query", "how do solar panels work?", "--model", model, "--json", "--verbose"];
      const { code, stdout, stderr } = await runCli([...args, join(folder, "notes.jsonl")]);
      expect(code, stderr).toBe(0);
      const ranked = JSON.parse(stdout) as { score: number; text: string }[];
      expect(ranked.map(({ score }) => score)).toEqual([...ranked.map(({ score }) => score)].sort((a, b) => b - a));
      if (model === "late-en-v1") expect(ranked[0]!.text).toBe(TEXTS[1]);
      expect(stderr).toContain('cache: {"hits":0,"stored":0,"misses":3');
    }
  });

  it("lists, describes and checks the bundled model", async () => {
    const list = await runCli(["models", "list", "--kind", "late-interaction"]);
    expect(list.stdout).toMatch(/^late-en-v1 +late-interaction, embedding +bundled/m);
    const embeddings = await runCli(["models", "list", "--kind", "embedding"]);
    expect(embeddings.stdout).toMatch(/^late-en-v1 /m);
    const info = await runCli(["models", "info", "colbert-ir/colbertv2.0"]);
    expect(info.stdout).toContain("[unused0] for queries, [unused1] for documents, queries padded to 32 tokens");
    expect(info.stdout).toContain("128 dimensions per token");
    const check = await runCli(["models", "check", "late-en-v1"]);
    expect(check).toMatchObject({ code: 0, stdout: expect.stringMatching(/ok +golden scores/) });
  });

  it("refuses an instruction, which such a model does not read", async () => {
    const args = ["rank", "--query", "sun", "--model", "late-en-v1", "--instruction", "find recipes"];
    const { code, stderr } = await runCli([...args, join(folder, "notes.jsonl")]);
    expect(code).not.toBe(0);
    expect(stderr).toContain("instruction");
  });
});
