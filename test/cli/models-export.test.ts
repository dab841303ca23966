import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Tokenizer } from "@huggingface/tokenizers";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "./run-cli.js";

interface Golden {
  pairs: [query: string, text: string][];
  logits: number[];
  tolerance: number;
}

describe("the command models export", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "models-export-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(["late-en-v1", "late-multilingual-v1"])(
    "writes %s as plain ONNX with which onnxruntime's defaults give the golden scores",
    async (name) => {
      const target = join(folder, name);
      const { code, stdout, stderr } = await runCli(["models", "export", name, target]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout.trim().split("\n")).toContain(join(target, "onnx/model_int8.onnx_data"));
      const json = (file: string) => JSON.parse(readFileSync(join(target, file), "utf8")) as object;
      const tokenizer = new Tokenizer(json("tokenizer.json"), json("tokenizer_config.json"));
      const session = await InferenceSession.create(join(target, "onnx/model_int8.onnx"));
      const vectors = async (text: string) => {
        const { ids } = tokenizer.encode(text) as { ids: number[] };
        const int64 = (value: (id: number) => number) =>
          new Tensor(
            "int64",
            BigInt64Array.from(ids, (id) => BigInt(value(id))),
            [1, ids.length],
          );
        const feeds = { input_ids: int64((id) => id), attention_mask: int64(() => 1), token_type_ids: int64(() => 0) };
        const { dims, data } = (await session.run(feeds)).token_vectors!;
        const [, tokens = 0, width = 0] = dims;
        return Array.from({ length: tokens }, (_, i) => (data as Float32Array).slice(i * width, (i + 1) * width));
      };
      const { pairs, logits, tolerance } = json("golden.json") as Golden;
      for (const [index, [query, text]] of pairs.entries()) {
        const [asked, read] = [await vectors(query), await vectors(text)];
        const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
        const best = asked.map((vector) => Math.max(...read.map((other) => dot(vector, other))));
        const score = best.reduce((sum, value) => sum + value) / best.length;
        expect(Math.abs(score - logits[index]!)).toBeLessThanOrEqual(tolerance);
      }
      await session.release();
    },
  );

  it("copies every file, also if nobody reads its standard output", async () => {
    const [read, unread] = [join(folder, "read"), join(folder, "unread")];
    expect((await runCli(["models", "export", "late-en-v1", read])).code).toBe(0);
    expect((await runCli(["models", "export", "late-en-v1", unread], { closesStdout: true })).code).toBe(0);
    const files = readdirSync(read, { recursive: true });
    expect(files).toContain(join("onnx", "model_int8.onnx_data"));
    expect(readdirSync(unread, { recursive: true })).toEqual(files);
  });

  it("refuses a folder that holds files", async () => {
    const target = mkdtempSync(join(folder, "filled-"));
    writeFileSync(join(target, "notes.txt"), "mine");
    const { code, stderr } = await runCli(["models", "export", "late-en-v1", target]);
    expect(code).not.toBe(0);
    expect(stderr).toContain("is not empty");
  });

  it("says that a static model has no ONNX graph", async () => {
    const { code, stderr } = await runCli(["models", "export", "static-en-v1", join(folder, "static")]);
    expect(code).not.toBe(0);
    expect(stderr).toContain("without an ONNX graph");
  });
});
