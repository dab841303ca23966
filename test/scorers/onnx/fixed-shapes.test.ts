import { OnnxCrossEncoder, OnnxEmbeddings } from "langchain-rerank/onnx";
import { describe, expect, it } from "vitest";
import type { ScorerReport } from "../../../src/index.js";
import { ModelCopy, tinyModel } from "./model-copy.js";

const query = "fresh bread and butter";
const texts = Array.from({ length: 7 }, (_, i) => `Text ${i}: the bakery sells bread${" and butter".repeat(i % 3)}.`);

describe("a graph with a fixed batch size", () => {
  it.each([1, 3])("of %i gives the same scores as one without", async (rows) => {
    await using usual = new OnnxCrossEncoder({ model: tinyModel("bert-one-logit"), workers: 1 });
    using copy = new ModelCopy("bert-one-logit").fixDimension("batch_size", rows);
    await using fixed = new OnnxCrossEncoder({ model: copy.folder, workers: 1 });
    let report: ScorerReport = {};
    const onReport = (given: ScorerReport) => {
      report = given;
    };
    const expected = await usual.score(query, texts);
    const found = await fixed.score(query, texts, { onReport });
    for (const [i, score] of found.entries()) expect(score).toBeCloseTo(expected[i]!, 4);
    expect(report.batches).toBe(Math.ceil(texts.length / rows));
  });

  it("embeds texts like one without", async () => {
    await using usual = new OnnxEmbeddings({ model: tinyModel("bert-encoder"), workers: 1 });
    using copy = new ModelCopy("bert-encoder").fixDimension("batch_size", 1);
    await using fixed = new OnnxEmbeddings({ model: copy.folder, workers: 1 });
    const [expected, found] = [await usual.embedDocuments(texts), await fixed.embedDocuments(texts)];
    for (const [i, vector] of found.entries())
      for (const [j, value] of vector.entries()) expect(value).toBeCloseTo(expected[i]![j]!, 4);
  });
});

it("a graph with a fixed sequence length is refused with advice on how to export it", async () => {
  using copy = new ModelCopy("bert-one-logit").fixDimension("sequence_length", 16);
  await using scorer = new OnnxCrossEncoder({ model: copy.folder, workers: 1 });
  await expect(scorer.score(query, texts)).rejects.toMatchObject({
    name: "ModelIntegrityError",
    file: "onnx/model.onnx",
    message: expect.stringMatching(/sequence length is fixed at 16 tokens\. Export it with a dynamic sequence axis/),
  });
});
