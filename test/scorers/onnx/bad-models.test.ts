import { spawn } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { OnnxCrossEncoder, OnnxEmbeddings } from "langchain-rerank/onnx";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isRerankError, ModelIntegrityError, ModelNotFoundError } from "../../../src/index.js";
import { built } from "../../support/built.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const tiny = (name: string) => join(ROOT, "test/fixtures/tiny-models", name);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bad-model-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const readJson = (file: string) => JSON.parse(readFileSync(join(folder, file), "utf8"));
const change = (file: string, edit: (json: Record<string, unknown>) => void) => {
  const json = readJson(file);
  edit(json);
  writeFileSync(join(folder, file), JSON.stringify(json));
};
const take = (file: string, from: string) => cpSync(join(tiny(from), file), join(folder, file));

/** The error when a damaged copy of a tiny model scores one pair. */
async function failure(damage: () => void, model = "bert-one-logit"): Promise<ModelIntegrityError> {
  cpSync(tiny(model), folder, { recursive: true });
  damage();
  const scorer = new OnnxCrossEncoder({ model: folder, workers: 1 });
  const outcome = await scorer.score("a question", ["an answer"]).then(
    (scores) => `scored ${scores}`,
    (error: unknown) => error,
  );
  await scorer.dispose();
  expect(outcome).toBeInstanceOf(ModelIntegrityError);
  return outcome as ModelIntegrityError;
}

describe("a model folder", () => {
  it.each<[string, () => void, string, RegExp]>([
    ["without a tokenizer", () => rmSync(join(folder, "tokenizer.json")), "", /tokenizer\.json/],
    ["without a config", () => rmSync(join(folder, "config.json")), "", /config\.json/],
    [
      "whose config.json is not JSON",
      () => writeFileSync(join(folder, "config.json"), "{ model"),
      "config.json",
      /cannot be read.*JSON/s,
    ],
    [
      "whose config.json is not an object",
      () => writeFileSync(join(folder, "config.json"), "null"),
      "config.json",
      /must be a JSON object/,
    ],
    [
      "whose tokenizer.json is not JSON",
      () => writeFileSync(join(folder, "tokenizer.json"), "<html>"),
      "tokenizer.json",
      /cannot be read.*JSON/s,
    ],
    [
      "whose tokenizer.json is not a tokenizer",
      () => writeFileSync(join(folder, "tokenizer.json"), "{}"),
      "tokenizer.json",
      /cannot be read as a tokenizer/,
    ],
    [
      "whose tokenizer_config.json is not JSON",
      () => writeFileSync(join(folder, "tokenizer_config.json"), "{"),
      "tokenizer_config.json",
      /cannot be read.*JSON/s,
    ],
    [
      "with a truncated ONNX file",
      () => truncateSync(join(folder, "onnx/model.onnx"), 20_000),
      "onnx/model.onnx",
      /the runtime cannot read it as an ONNX model/,
    ],
    [
      "with an empty ONNX file",
      () => truncateSync(join(folder, "onnx/model.onnx"), 0),
      "onnx/model.onnx",
      /cannot read it as an ONNX model|gives no/,
    ],
    [
      "whose ONNX file is an HTML page",
      () => writeFileSync(join(folder, "onnx/model.onnx"), "<html>not found</html>"),
      "onnx/model.onnx",
      /cannot read it as an ONNX model/,
    ],
    [
      "with the ONNX file of an encoder",
      () => take("onnx/model.onnx", "bert-encoder"),
      "onnx/model.onnx",
      /a cross-encoder gives one output of shape \[batch, 1\] or \[batch, 2\]/,
    ],
    ["without an ONNX file", () => rmSync(join(folder, "onnx"), { recursive: true }), "", /no ONNX file/],
  ])("%s is refused with the name of the file and what was expected", async (_name, damage, file, message) => {
    const error = await failure(damage);
    expect(error.file).toBe(file || folder);
    expect(error.message).toMatch(message);
    expect(error.message).toContain(folder);
  });

  it("of an embedding model is refused as a cross-encoder, and the other way round", async () => {
    const scorer = new OnnxCrossEncoder({ model: tiny("bert-encoder"), workers: 1 });
    await expect(scorer.score("q", ["t"])).rejects.toMatchObject({
      name: "ModelIntegrityError",
      file: "onnx/model.onnx",
    });
    await scorer.dispose();
    const embeddings = new OnnxEmbeddings({ model: tiny("bert-one-logit"), workers: 1 });
    await expect(embeddings.embedQuery("q")).rejects.toMatchObject({
      name: "ModelIntegrityError",
      file: "onnx/model.onnx",
      message: expect.stringContaining("an embedding model gives"),
    });
    await embeddings.dispose();
  });

  it("of a registered model of another kind is refused before anything is downloaded", async () => {
    await using scorer = new OnnxCrossEncoder({ model: "Xenova/all-MiniLM-L6-v2" });
    await expect(scorer.score("q", ["t"])).rejects.toMatchObject({
      name: "ModelIntegrityError",
      message: expect.stringContaining("it is an embedding model, not a cross-encoder. Pass it to `OnnxEmbeddings`"),
    });
    await using embeddings = new OnnxEmbeddings({ model: "BAAI/bge-reranker-base" });
    await expect(embeddings.embedQuery("q")).rejects.toMatchObject({
      name: "ModelIntegrityError",
      message: expect.stringContaining(
        "it is a cross-encoder, not an embedding model. Pass it to `CrossEncoderReranker`",
      ),
    });
  });

  it("that has been repaired works at the next call", async () => {
    cpSync(tiny("bert-one-logit"), folder, { recursive: true });
    rmSync(join(folder, "tokenizer.json"));
    await using scorer = new OnnxCrossEncoder({ model: folder, workers: 1 });
    await expect(scorer.score("q", ["t"])).rejects.toBeInstanceOf(ModelIntegrityError);
    take("tokenizer.json", "bert-one-logit");
    expect(await scorer.score("q", ["t"])).toHaveLength(1);
  });
});

describe("a tokenizer of another model", () => {
  it.each([
    ["bert-one-logit", "xlm-roberta"],
    ["bert-one-logit", "roberta"],
    ["xlm-roberta", "bert-one-logit"],
    ["xlm-roberta", "deberta-v2"],
    ["roberta", "bert-one-logit"],
    ["modernbert", "roberta"],
    ["modernbert", "xlm-roberta"],
    ["deberta-v2", "xlm-roberta"],
    ["deberta-v2", "bert-one-logit"],
  ])("given to %s (that of %s) is refused", async (model, other) => {
    const error = await failure(() => take("tokenizer.json", other), model);
    expect(error.file).toBe("tokenizer.json");
    expect(error.message).toMatch(/does not belong to this model|not a tokenizer/);
  });

  it.each<[string, (json: Record<string, unknown>) => void]>([
    [
      "separator",
      ({ post_processor }) => {
        const { special_tokens } = post_processor as { special_tokens: Record<string, { ids: number[] }> };
        special_tokens["[SEP]"]!.ids = [4];
      },
    ],
    [
      "first token",
      ({ post_processor }) => {
        const { special_tokens } = post_processor as { special_tokens: Record<string, { ids: number[] }> };
        special_tokens["[CLS]"]!.ids = [1];
      },
    ],
  ])("with another %s than config.json names is refused", async (_name, edit) => {
    for (const model of ["bert-one-logit", "modernbert"]) {
      rmSync(folder, { recursive: true, force: true });
      const error = await failure(() => change("tokenizer.json", edit), model);
      expect(error.file).toBe("tokenizer.json");
      expect(error.message).toMatch(/sequences (begin|end) with token/);
    }
  });

  it("whose special tokens have other ids is refused", async () => {
    const error = await failure(() => {
      const added = readJson("tokenizer.json").added_tokens as { id: number; content: string }[];
      const byId = Object.fromEntries(added.map(({ id, content }) => [id, { content, special: true }]));
      change("tokenizer_config.json", (json) => Object.assign(json, { added_tokens_decoder: byId }));
      take("tokenizer.json", "deberta-v2");
    });
    expect(error.message).toMatch(/its token \[UNK\] is 3, but tokenizer_config\.json says 1/);
  });

  it("that adds no special tokens is refused", async () => {
    const error = await failure(() =>
      change("tokenizer.json", (json) => Object.assign(json, { post_processor: null })),
    );
    expect(error).toMatchObject({ file: "tokenizer.json", message: expect.stringContaining("post_processor") });
  });

  it("with another padding token than config.json names is refused", async () => {
    const error = await failure(() => change("config.json", (json) => Object.assign(json, { pad_token_id: 3 })));
    expect(error.message).toMatch(/padding token is 0, but config\.json says pad_token_id 3/);
  });

  it("with a much smaller vocabulary than config.json says is refused", async () => {
    const error = await failure(() => change("config.json", (json) => Object.assign(json, { vocab_size: 30_522 })));
    expect(error).toMatchObject({ file: "tokenizer.json", message: expect.stringContaining("30522") });
  });
});

describe("a model whose logits are not finite numbers", () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    "is refused when a logit is %s, with and without passages",
    async (value) => {
      cpSync(tiny("bert-one-logit"), folder, { recursive: true });
      const file = join(folder, "onnx/model.onnx");
      const graph = readFileSync(file);
      // In the file's protocol buffer the name of a weight is followed by its bytes: field 9, four of them.
      const name = Buffer.concat([Buffer.from("classifier.bias"), Buffer.from([0x4a, 4])]);
      const at = graph.indexOf(name);
      expect(at).toBeGreaterThan(0);
      graph.writeFloatLE(value, at + name.length);
      writeFileSync(file, graph);
      for (const longDocuments of ["truncate", "max-passage"] as const) {
        await using scorer = new OnnxCrossEncoder({ model: folder, workers: 1, longDocuments });
        await expect(scorer.score("a question", ["an answer", "a long answer ".repeat(100)])).rejects.toMatchObject({
          name: "InvalidResponseError",
          backend: folder,
          message: expect.stringContaining(`the logit of text 0 is ${value}`),
        });
      }
    },
  );
});

describe("a name", () => {
  it("of no model is refused with similar names", async () => {
    const error = await new OnnxCrossEncoder({ model: "rerank-en-v10" }).score("q", ["t"]).catch((caught) => caught);
    expect(error).toBeInstanceOf(ModelNotFoundError);
    expect(error.suggestions[0]).toBe("rerank-en-v1");
    expect(error.message).toContain('Did you mean "rerank-en-v1"');
  });

  it("of no folder is refused with the path", async () => {
    const model = join(folder, "nowhere");
    const error = await new OnnxCrossEncoder({ model }).score("q", ["t"]).catch((caught) => caught);
    expect(error).toMatchObject({ name: "ModelNotFoundError", model });
  });
});

describe("verify", () => {
  const golden = () => {
    const { pairs, logits } = readJson("golden.json") as { pairs: [string, string][]; logits: number[][] };
    return { pairs: pairs.slice(0, 2), logits: logits.slice(0, 2).map(([logit]) => logit!), tolerance: 1e-3 };
  };
  const verified = async (edit: (scores: ReturnType<typeof golden>) => unknown) => {
    cpSync(tiny("bert-one-logit"), folder, { recursive: true });
    writeFileSync(join(folder, "golden.json"), JSON.stringify(edit(golden())));
    await using scorer = new OnnxCrossEncoder({ model: folder, workers: 1, verify: true });
    return await scorer.score("q", ["t"]).catch((error: unknown) => error);
  };

  it("accepts a model that gives its golden scores", async () => {
    expect(await verified((scores) => scores)).toEqual([expect.any(Number)]);
    await using bundled = new OnnxCrossEncoder({ verify: true });
    expect(await bundled.score("q", ["t"])).toHaveLength(1);
  });

  it.each<[string, (scores: ReturnType<typeof golden>) => unknown, RegExp]>([
    [
      "a model with a wrong score",
      ({ logits, ...rest }) => ({ ...rest, logits: [logits[0], logits[1]! + 0.01] }),
      /logit of golden pair 1 is .*should be .*± 0\.001/,
    ],
    [
      "golden scores with fewer logits than pairs",
      ({ logits, ...rest }) => ({ ...rest, logits: logits.slice(1) }),
      /as many `logits`/,
    ],
    ["golden scores without a tolerance", ({ pairs, logits }) => ({ pairs, logits }), /`tolerance`/],
    ["golden scores without pairs", () => ({ pairs: [], logits: [], tolerance: 1 }), /must contain `pairs`/],
    ["golden scores that are null", () => null, /must contain `pairs`/],
  ])("refuses %s", async (_name, edit, message) => {
    const error = await verified(edit);
    expect(error).toBeInstanceOf(ModelIntegrityError);
    expect(error).toMatchObject({ file: "golden.json", message: expect.stringMatching(message) });
  });

  it("refuses a model whose golden scores are missing or not JSON", async () => {
    cpSync(tiny("bert-one-logit"), folder, { recursive: true });
    const score = async () => {
      await using scorer = new OnnxCrossEncoder({ model: folder, workers: 1, verify: true });
      return await scorer.score("q", ["t"]).catch((error: unknown) => error);
    };
    writeFileSync(join(folder, "golden.json"), "{");
    expect(await score()).toMatchObject({ name: "ModelIntegrityError", file: "golden.json" });
    rmSync(join(folder, "golden.json"));
    expect(await score()).toMatchObject({
      name: "ModelIntegrityError",
      message: expect.stringContaining("Leave `verify` off"),
    });
  });
});

describe("a missing onnxruntime-node", () => {
  it("rejects calls of scorers and rerankers with the command that installs it, and does not end the process", async () => {
    const home = join(folder, "node_modules/langchain-rerank");
    mkdirSync(home, { recursive: true });
    built("onnx.js");
    for (const part of ["dist", "package.json"]) cpSync(join(ROOT, part), join(home, part), { recursive: true });
    // All dependencies of the package except onnxruntime-node; scopes are folders of links.
    for (const name of readdirSync(join(ROOT, "node_modules"))) {
      if (name.startsWith(".") || name.startsWith("onnxruntime") || name === "langchain-rerank") continue;
      symlinkSync(join(ROOT, "node_modules", name), join(folder, "node_modules", name));
    }
    const program = `
      import { CrossEncoderReranker, isRerankError } from "langchain-rerank";
      import { OnnxCrossEncoder } from "langchain-rerank/onnx";
      const model = ${JSON.stringify(tiny("bert-one-logit"))};
      const report = (error) => console.log(JSON.stringify([error.name, error.dependency, error.install, error.message, isRerankError(error)]));
      await new OnnxCrossEncoder({ model }).score("q", ["t"]).catch(report);
      await new CrossEncoderReranker({ model }).compressDocuments([{ pageContent: "t" }], "q").catch(report);
    `;
    writeFileSync(join(folder, "program.mjs"), program);
    const child = spawn(process.execPath, ["program.mjs"], { cwd: folder });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data) => {
        output += data;
      });
    }
    const code = await new Promise((done) => child.on("close", done));
    const lines = output.trim().split("\n");
    expect({ code, count: lines.length }, output).toEqual({ code: 0, count: 2 });
    for (const line of lines) {
      const [name, dependency, install, message, known] = JSON.parse(line);
      expect([name, dependency, install, known]).toEqual([
        "MissingDependencyError",
        "onnxruntime-node",
        "npm install onnxruntime-node --ignore-scripts",
        true,
      ]);
      expect(message).toContain("Install it: npm install onnxruntime-node --ignore-scripts");
    }
  });
});

it("every error of a model is a RerankError", async () => {
  expect(isRerankError(await failure(() => truncateSync(join(folder, "onnx/model.onnx"), 1000)))).toBe(true);
});
