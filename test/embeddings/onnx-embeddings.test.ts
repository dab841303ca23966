import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Embeddings } from "@langchain/core/embeddings";
import { type EmbeddingReport, OnnxEmbeddings } from "langchain-rerank/onnx";
import { describe, expect, it } from "vitest";
import { EmbeddingSimilarityReranker, HybridReranker, InvalidOptionError } from "../../src/index.js";
import { ModelCopy } from "../scorers/onnx/model-copy.js";

const tiny = (name: string) => fileURLToPath(new URL(`../fixtures/tiny-models/${name}`, import.meta.url));
const model = tiny("bert-encoder");
const { texts, mean, input_ids, truncated } = JSON.parse(readFileSync(`${model}/golden.json`, "utf8")) as {
  texts: string[];
  mean: number[][];
  input_ids: number[][];
  truncated: boolean[];
};
const open = (options = {}) => new OnnxEmbeddings({ model, workers: 1, maxLength: 64, ...options });
const length = (vector: readonly number[]) => Math.hypot(...vector);
const far = (a: readonly number[], b: readonly number[]) => Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

describe("OnnxEmbeddings", () => {
  it("extends LangChain's Embeddings and returns plain arrays", async () => {
    await using embeddings = open();
    expect(embeddings).toBeInstanceOf(Embeddings);
    const vector = await embeddings.embedQuery(texts[0]!);
    expect(Array.isArray(vector)).toBe(true);
    expect(vector).toHaveLength(mean[0]!.length);
    expect(await embeddings.embedDocuments([])).toEqual([]);
  });

  it("returns one vector per text in the order of the texts, the same alone and among others", async () => {
    await using embeddings = open();
    const together = await embeddings.embedDocuments(texts);
    expect(together).toHaveLength(texts.length);
    // A query that is too long keeps its end, a document its beginning.
    for (const [i, text] of texts.entries())
      if (!truncated[i]) expect(far(await embeddings.embedQuery(text), together[i]!)).toBeLessThan(1e-5);
  });

  it("reports the number of tokens without padding, and which texts were truncated", async () => {
    await using embeddings = open();
    const reports: EmbeddingReport[] = [];
    const onReport = (report: EmbeddingReport) => reports.push(report);
    await embeddings.embedDocuments(texts, { onReport });
    await embeddings.embedQuery(texts[1]!, { onReport });
    await embeddings.embedDocuments([], { onReport });
    const tokens = input_ids.reduce((sum, ids) => sum + ids.length, 0);
    expect(reports).toEqual([
      { tokens, truncated },
      { tokens: input_ids[1]!.length, truncated: [truncated[1]] },
    ]);
    expect(truncated).toContain(true);
  });

  it("scales vectors to length 1 unless `normalize` is false", async () => {
    await using unit = open();
    await using raw = open({ normalize: false });
    const [ones, own] = [await unit.embedDocuments(texts), await raw.embedDocuments(texts)];
    for (const [i, vector] of ones.entries()) {
      expect(length(vector)).toBeCloseTo(1, 5);
      const scale = length(own[i]!);
      expect(
        far(
          vector,
          own[i]!.map((value) => value / scale),
        ),
      ).toBeLessThan(1e-5);
    }
    expect(own.some((vector) => Math.abs(length(vector) - 1) > 0.01)).toBe(true);
  });

  it("prepends the query prefix to queries and the document prefix to documents", async () => {
    await using plain = open();
    await using prefixed = open({ queryPrefix: "query: ", documentPrefix: "passage: " });
    const text = texts[0]!;
    const [query] = [await prefixed.embedQuery(text)];
    const [document] = await prefixed.embedDocuments([text]);
    expect(far(query, await plain.embedQuery(`query: ${text}`))).toBeLessThan(1e-6);
    expect(far(document!, await plain.embedQuery(`passage: ${text}`))).toBeLessThan(1e-6);
    expect(far(query, document!)).toBeGreaterThan(1e-4);
  });

  it("ignores the end of texts that are longer than maxLength", async () => {
    await using embeddings = open({ maxLength: 8 });
    const [a, b, c] = await embeddings.embedDocuments([
      `the town ${"and the river ".repeat(50)}`,
      `the town ${"and the river ".repeat(90)} end`,
      "another town altogether",
    ]);
    expect(far(a!, b!)).toBeLessThan(1e-6);
    expect(far(a!, c!)).toBeGreaterThan(1e-4);
  });

  it("ranks the text that is identical to the query first", async () => {
    await using embeddings = open();
    const reranker = new EmbeddingSimilarityReranker({ embeddings, topN: 1 });
    const documents = texts.slice(0, 6).map((pageContent) => ({ pageContent, metadata: {} }));
    const [first] = await reranker.compressDocuments(documents, texts[3]!);
    expect(first!.pageContent).toBe(texts[3]);
    expect(first!.metadata.sim).toBeCloseTo(1, 5);
  });

  it("rejects with the reason of an abort", async () => {
    await using embeddings = open();
    const signal = AbortSignal.abort("never");
    await expect(embeddings.embedQuery("text", { signal })).rejects.toBe("never");
    await expect(embeddings.embedDocuments(["text"], { signal })).rejects.toBe("never");
  });

  it.each<[string, object, string]>([
    ["no model", { model: undefined }, "model"],
    ["a blank model", { model: " " }, "model"],
    ["an unknown pooling", { pooling: "max" }, "pooling"],
    ["a misspelled option", { queryprefix: "q" }, "queryprefix"],
    ["maxLength below 8", { maxLength: 4 }, "maxLength"],
    ["no threads", { threads: 0 }, "threads"],
    ["an unknown dtype", { dtype: "int8" }, "dtype"],
  ])("refuses to be constructed with %s", (_name, options, option) => {
    expect(() => open(options)).toThrow(InvalidOptionError);
    expect(() => open(options)).toThrow(expect.objectContaining({ option }));
  });
});

describe("OnnxEmbeddings on a decoder's folder", () => {
  const { texts, last } = JSON.parse(readFileSync(`${tiny("qwen3-embedding")}/golden.json`, "utf8")) as {
    texts: string[];
    last: number[][];
  };

  it("uses last-token pooling if no file names the pooling", async () => {
    using copy = new ModelCopy("qwen3-embedding").remove("1_Pooling");
    await using embeddings = new OnnxEmbeddings({ model: copy.folder, workers: 1, maxLength: 64 });
    const vectors = await embeddings.embedDocuments(texts.slice(0, 4));
    for (const [i, vector] of vectors.entries()) expect(far(vector, last[i]!)).toBeLessThan(1e-4);
  });

  it("requires `queryPrefix` for queries if no file names one, and not for documents", async () => {
    await using embeddings = new OnnxEmbeddings({ model: tiny("qwen3-embedding"), workers: 1 });
    expect(await embeddings.embedDocuments(["a text"])).toHaveLength(1);
    await expect(embeddings.embedQuery("a query")).rejects.toMatchObject({
      name: "InvalidOptionError",
      option: "queryPrefix",
      message: expect.stringContaining('or "" for none'),
    });
    await using plain = new OnnxEmbeddings({ model: tiny("qwen3-embedding"), workers: 1, queryPrefix: "" });
    expect(await plain.embedQuery("a text")).toEqual((await embeddings.embedDocuments(["a text"]))[0]);
  });

  it("uses the prompts of config_sentence_transformers.json as prefixes", async () => {
    using copy = new ModelCopy("qwen3-embedding").write("config_sentence_transformers.json", {
      prompts: { query: "Instruct: find it\nQuery:", document: "Doc: " },
    });
    await using embeddings = new OnnxEmbeddings({ model: copy.folder, workers: 1 });
    await using plain = new OnnxEmbeddings({ model: copy.folder, workers: 1, queryPrefix: "", documentPrefix: "" });
    expect(await embeddings.embedQuery("bread")).toEqual(await plain.embedQuery("Instruct: find it\nQuery:bread"));
    expect(await embeddings.embedDocuments(["bread"])).toEqual(await plain.embedDocuments(["Doc: bread"]));
  });

  it.each([
    [{ _name_or_path: "intfloat/e5-small-v2" }, {}, true],
    [{ _name_or_path: "BAAI/bge-small-en-v1.5" }, {}, true],
    [{ _name_or_path: "BAAI/bge-m3" }, {}, false],
    [{ _name_or_path: "thenlper/gte-small" }, {}, false],
    [{ _name_or_path: "intfloat/e5-small-v2" }, { queryPrefix: "query: " }, false],
    [{ _name_or_path: "intfloat/e5-small-v2" }, { queryPrefix: "" }, false],
    [{}, {}, false],
  ])("with %j and %j, warns that the model expects prefixes: %s", async (config, options, warns) => {
    using copy = new ModelCopy("bert-encoder").edit("config.json", config);
    await using embeddings = new OnnxEmbeddings({ model: copy.folder, workers: 1, ...options });
    const { report } = await new EmbeddingSimilarityReranker({ embeddings }).rerank(
      [{ pageContent: "a text", metadata: {} }],
      "q",
    );
    expect(report.warnings).toEqual(
      warns ? [expect.stringMatching(/Pass `queryPrefix` and `documentPrefix`/)] : undefined,
    );
    const hybrid = new HybridReranker({ embeddings, model: { score: async () => [0.5] } });
    const staged = await hybrid.rerank([{ pageContent: "a text", metadata: {} }], "q");
    expect(staged.report.warnings).toEqual(report.warnings);
  });

  it("recognizes a folder by its name, and not one whose name merely contains the letters", async () => {
    for (const [name, warns] of [
      ["multilingual-e5-base", true],
      ["the5th", false],
    ] as const) {
      using copy = new ModelCopy("bert-encoder");
      const folder = join(copy.folder, name);
      cpSync(model, folder, { recursive: true });
      await using embeddings = new OnnxEmbeddings({ model: folder, workers: 1 });
      let report: EmbeddingReport | undefined;
      await embeddings.embedQuery("q", {
        onReport: (each) => {
          report = each;
        },
      });
      expect(report?.warnings !== undefined).toBe(warns);
    }
  });

  it("keeps the end of a long query, after its prefix, because the question comes last", async () => {
    await using embeddings = open({ queryPrefix: "query: " });
    const chat = "an earlier line of the chat. ".repeat(200);
    const [first, second] = [await embeddings.embedQuery(`${chat}bees`), await embeddings.embedQuery(`${chat}ferry`)];
    expect(far(first, second)).toBeGreaterThan(1e-4);
    expect(await embeddings.embedQuery(`${chat}${chat}bees`)).toEqual(first);
    await using plain = open({ queryPrefix: "" });
    expect(far(first, await plain.embedQuery(`${chat}bees`))).toBeGreaterThan(1e-4);
  });

  it("refuses a causal language model, whose output is the logits of its vocabulary", async () => {
    await using embeddings = new OnnxEmbeddings({ model: tiny("qwen3-causal"), workers: 1, queryPrefix: "" });
    await expect(embeddings.embedQuery("bread")).rejects.toMatchObject({
      name: "ModelIntegrityError",
      message: expect.stringMatching(/"logits".*Export the model without its head/),
    });
  });

  it("asks for `pooling` if neither files nor architecture show it", async () => {
    using copy = new ModelCopy("qwen3-embedding")
      .remove("1_Pooling")
      .edit("config.json", { model_type: "gemma3_text" });
    await using embeddings = new OnnxEmbeddings({ model: copy.folder, workers: 1 });
    await expect(embeddings.embedDocuments(["bread"])).rejects.toMatchObject({
      name: "InvalidOptionError",
      option: "pooling",
    });
  });

  it("refuses a pooling mode that it does not support instead of using another one", async () => {
    using copy = new ModelCopy("bert-encoder").write("1_Pooling/config.json", { pooling_mode_max_tokens: true });
    await using embeddings = new OnnxEmbeddings({ model: copy.folder, workers: 1 });
    await expect(embeddings.embedDocuments(["bread"])).rejects.toMatchObject({
      name: "ModelIntegrityError",
      file: "1_Pooling/config.json",
    });
  });
});
