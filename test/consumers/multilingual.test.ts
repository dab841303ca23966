import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { install, run } from "./commands.js";

const { folder, tarball } = inject("packed");
const project = join(folder, "multilingual");
const source = fileURLToPath(new URL("../../packages/multilingual/", import.meta.url));

/** Prints the order of two texts, or what went wrong. */
const PROGRAM = `
const { OnnxLateInteraction } = require("langchain-rerank/onnx");
const scorer = new OnnxLateInteraction({ model: "late-multilingual-v1", verify: true, workers: 1 });
scorer
  .score("富士山の高さは?", ["琵琶湖は日本最大の湖である。", "富士山は標高3776メートルの火山である。"])
  .then((scores) => console.log(JSON.stringify({ scores: Array.from(scores) })))
  .catch(({ name, message }) => console.log(JSON.stringify({ name, message })))
  .finally(() => scorer.dispose());
`;
const answer = async () => JSON.parse(await run(process.execPath, ["program.cjs"], project)) as Record<string, unknown>;

beforeAll(async () => {
  await mkdir(project);
  await writeFile(join(project, "program.cjs"), PROGRAM);
  await install(project, [tarball]);
});

describe("the multilingual package", () => {
  it("is asked for where it is missing", async () => {
    expect(await answer()).toMatchObject({
      name: "MissingDependencyError",
      message: expect.stringContaining("npm install langchain-rerank-multilingual"),
    });
  });

  it("contains files that are found and give their golden scores", async () => {
    const printed = await run("npm", ["pack", "--json", "--pack-destination", folder], source);
    const [{ filename, size, files }] = Object.values(JSON.parse(printed) as object) as [
      { filename: string; size: number; files: { path: string }[] },
    ];
    process.stdout.write(`packed: ${(size / 1e6).toFixed(1)} MB\n`);
    expect(files.map(({ path }) => path).sort()).toEqual([
      "LICENSE",
      "NOTICE",
      "README.md",
      "config.json",
      "golden.json",
      "onnx/model_int8.onnx",
      "onnx/model_int8.onnx_data",
      "package.json",
      "tokenizer.json",
      "tokenizer_config.json",
    ]);
    expect(size).toBeLessThan(40e6);
    await install(project, [join(folder, filename)]);
    const { scores } = (await answer()) as { scores: number[] };
    expect(scores[1]).toBeGreaterThan(scores[0]!);
  });
});
