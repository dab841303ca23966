import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Embeddings } from "@langchain/core/embeddings";
import { type EmbeddingReport, OnnxEmbeddings } from "langchain-rerank/onnx";
import { describe, expect, it } from "vitest";
import { EmbeddingSimilarityReranker, InvalidOptionError } from "../../src/index.js";

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
  it("is a LangChain Embeddings, and gives plain arrays", async () => {
    await using embeddings = open();
    expect(embeddings).toBeInstanceOf(Embeddings);
    const vector = await embeddings.embedQuery(texts[0]!);
    expect(Array.isArray(vector)).toBe(true);
    expect(vector).toHaveLength(mean[0]!.length);
    expect(await embeddings.embedDocuments([])).toEqual([]);
  });

  it("gives one vector a text, in the order given, the same alone and among others", async () => {
    await using embeddings = open();
    const together = await embeddings.embedDocuments(texts);
    expect(together).toHaveLength(texts.length);
    for (const [i, text] of texts.entries())
      expect(far(await embeddings.embedQuery(text), together[i]!)).toBeLessThan(1e-5);
  });

  it("reports the tokens of the reference, without padding, and which texts were cut", async () => {
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

  it("brings vectors to length 1 unless told not to, their direction kept", async () => {
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

  it("puts each prefix before its own kind of text", async () => {
    await using plain = open();
    await using prefixed = open({ queryPrefix: "query: ", documentPrefix: "passage: " });
    const text = texts[0]!;
    const [query] = [await prefixed.embedQuery(text)];
    const [document] = await prefixed.embedDocuments([text]);
    expect(far(query, await plain.embedQuery(`query: ${text}`))).toBeLessThan(1e-6);
    expect(far(document!, await plain.embedQuery(`passage: ${text}`))).toBeLessThan(1e-6);
    expect(far(query, document!)).toBeGreaterThan(1e-4);
  });

  it("cuts long texts at their end", async () => {
    await using embeddings = open({ maxLength: 8 });
    const [a, b, c] = await embeddings.embedDocuments([
      `the town ${"and the river ".repeat(50)}`,
      `the town ${"and the river ".repeat(90)} end`,
      "another town altogether",
    ]);
    expect(far(a!, b!)).toBeLessThan(1e-6);
    expect(far(a!, c!)).toBeGreaterThan(1e-4);
  });

  it("ranks a text first that is the query itself", async () => {
    await using embeddings = open();
    const reranker = new EmbeddingSimilarityReranker({ embeddings, topN: 1 });
    const documents = texts.slice(0, 6).map((pageContent) => ({ pageContent, metadata: {} }));
    const [first] = await reranker.compressDocuments(documents, texts[3]!);
    expect(first!.pageContent).toBe(texts[3]);
    expect(first!.metadata.sim).toBeCloseTo(1, 5);
  });

  it("rejects with an abort's own reason", async () => {
    await using embeddings = open();
    const signal = AbortSignal.abort("never");
    await expect(embeddings.embedQuery("text", { signal })).rejects.toBe("never");
    await expect(embeddings.embedDocuments(["text"], { signal })).rejects.toBe("never");
  });

  it.each<[string, object, string]>([
    ["no model", { model: undefined }, "model"],
    ["a blank model", { model: " " }, "model"],
    ["an unknown pooling", { pooling: "max" }, "pooling"],
    ["a misspelt option", { queryprefix: "q" }, "queryprefix"],
    ["maxLength below 8", { maxLength: 4 }, "maxLength"],
    ["no threads", { threads: 0 }, "threads"],
    ["an unknown dtype", { dtype: "int8" }, "dtype"],
  ])("refuses %s", (_name, options, option) => {
    expect(() => open(options)).toThrow(InvalidOptionError);
    expect(() => open(options)).toThrow(expect.objectContaining({ option }));
  });
});
