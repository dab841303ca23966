import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { OnnxCrossEncoder, OnnxEmbeddings, OnnxLateInteraction } from "langchain-rerank/onnx";
import { describe, expect, it } from "vitest";
import type { ScorerReport } from "../../../src/index.js";
import { tinyModel } from "./model-copy.js";

const query = "fresh bread and butter";
const texts = Array.from({ length: 6 }, (_, i) => `Text ${i}: the bakery sells bread${" and butter".repeat(i % 3)}.`);
const root = fileURLToPath(new URL("../../..", import.meta.url));

describe('`runtime: "wasm"`', () => {
  it.each([
    ["OnnxCrossEncoder", OnnxCrossEncoder, "bert-one-logit"],
    ["OnnxCrossEncoder", OnnxCrossEncoder, "modernbert"],
    ["OnnxLateInteraction", OnnxLateInteraction, "colbert"],
  ] as const)(
    "makes %s give the same scores as the native runtime and report its name (%#)",
    async (_, Scorer, name) => {
      const options = { model: tinyModel(name), workers: 1 };
      await using native = new Scorer({ ...options, runtime: "native" });
      await using wasm = new Scorer({ ...options, runtime: "wasm" });
      const reports: (string | undefined)[] = [];
      const onReport = ({ runtime }: ScorerReport) => reports.push(runtime);
      const expected = await native.score(query, texts, { onReport });
      const found = await wasm.score(query, texts, { onReport });
      for (const [i, score] of found.entries()) expect(score).toBeCloseTo(expected[i]!, 4);
      expect(reports).toEqual(["native", "wasm"]);
    },
  );

  it("reads weights that are stored next to the graph: the bundled model passes its own golden scores", async () => {
    await using scorer = new OnnxCrossEncoder({ runtime: "wasm", workers: 1, verify: true });
    await expect(scorer.score(query, texts.slice(0, 1))).resolves.toHaveLength(1);
  });

  it("makes OnnxEmbeddings give the same vectors", async () => {
    const options = { model: tinyModel("bert-encoder"), workers: 1 };
    await using native = new OnnxEmbeddings(options);
    await using wasm = new OnnxEmbeddings({ ...options, runtime: "wasm" });
    const [expected, found] = [await native.embedQuery(query), await wasm.embedQuery(query)];
    for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i]!, 4);
  });

  it("stops between two texts when the signal aborts", async () => {
    await using scorer = new OnnxCrossEncoder({ model: tinyModel("bert-one-logit"), runtime: "wasm", workers: 1 });
    const stop = new AbortController();
    const scoring = scorer.score(query, texts, { signal: stop.signal });
    stop.abort(new Error("enough"));
    await expect(scoring).rejects.toThrow("enough");
    await expect(scorer.score(query, texts)).resolves.toHaveLength(texts.length);
  });

  it("is refused by models that do not run on ONNX", async () => {
    expect(() => new OnnxCrossEncoder({ runtime: "webgpu" as never })).toThrow(/runtime/);
  });
});

/** An installation with some of the packages, in which a program scores one text. */
class Installation {
  readonly folder = mkdtempSync(join(tmpdir(), "runtime-"));

  constructor(packages: readonly string[]) {
    const modules = join(this.folder, "node_modules");
    // A copy: Node resolves links first, and would find this repository's packages.
    mkdirSync(join(modules, "langchain-rerank"), { recursive: true });
    for (const name of ["dist", "package.json"]) {
      cpSync(join(root, name), join(modules, "langchain-rerank", name), { recursive: true });
    }
    for (const name of ["@huggingface/tokenizers", "@langchain/core", ...packages]) {
      mkdirSync(join(modules, name, ".."), { recursive: true });
      symlinkSync(join(root, "node_modules", name), join(modules, name));
    }
  }

  /** Prints the report's runtime, or the error. */
  score(options: object): string {
    const program = `
      import { OnnxCrossEncoder } from "langchain-rerank/onnx";
      const scorer = new OnnxCrossEncoder(${JSON.stringify({ model: tinyModel("bert-one-logit"), workers: 1, ...options })});
      const scoring = scorer.score("bread", ["butter"], { onReport: ({ runtime }) => console.log(runtime) });
      await scoring.catch((error) => console.log(error.name + ": " + error.message));
      await scorer.dispose();`;
    const args = ["--input-type=module", "--eval", program];
    return execFileSync(process.execPath, args, { cwd: this.folder, encoding: "utf8" }).trim();
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

describe("without onnxruntime-node", () => {
  it("WebAssembly runs models if onnxruntime-web is installed, and the report says so", () => {
    using installation = new Installation(["onnxruntime-web"]);
    expect(installation.score({})).toBe("wasm");
    expect(installation.score({ runtime: "native" })).toMatch(/^MissingDependencyError: .*onnxruntime-node/);
  });

  it("the error names the native runtime if onnxruntime-web is missing too", () => {
    using installation = new Installation([]);
    expect(installation.score({})).toMatch(/^MissingDependencyError: .*onnxruntime-node/);
    expect(installation.score({ runtime: "wasm" })).toMatch(/^MissingDependencyError: .*onnxruntime-web/);
  });
});
