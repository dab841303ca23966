import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, it } from "vitest";
import { built } from "../support/built.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const model = join(root, "test/fixtures/tiny-models/bert-one-logit");

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bundled-application-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it.each([
  ["esm", "application.mjs"],
  ["cjs", "application.cjs"],
] as const)(
  "an application whose bundler (%s) left the worker behind learns which packages to exclude",
  async (format, name) => {
    const outfile = join(folder, name);
    await build({
      stdin: {
        contents: `
          import { OnnxCrossEncoder } from ${JSON.stringify(built("onnx.js"))};
          const scorer = new OnnxCrossEncoder({ model: ${JSON.stringify(model)}, workers: 1 });
          const fail = (error) => process.stdout.write(error.name + ": " + error.message);
          scorer.score("a question", ["an answer"]).catch(fail);`,
        resolveDir: root,
      },
      bundle: true,
      platform: "node",
      format,
      outfile,
      external: ["onnxruntime-node"],
      logLevel: "silent",
      tsconfigRaw: {},
    });
    const printed = await new Promise<string>((resolve, reject) =>
      execFile(process.execPath, [outfile], { cwd: folder }, (error, stdout) =>
        error ? reject(error) : resolve(stdout),
      ),
    );
    expect(printed).toMatch(/^BackendError: onnx worker failed/);
    expect(printed).toMatch(/mark `langchain-rerank` and `onnxruntime-node` as external.*esbuild.*webpack.*Next\.js/);
  },
);
