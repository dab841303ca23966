import { OnnxCrossEncoder, type OnnxCrossEncoderOptions } from "langchain-rerank/onnx";
import { describe, expect, it } from "vitest";
import { InvalidOptionError } from "../../../src/index.js";
import { positiveLabel } from "../../../src/inference/formats/labels.js";
import { ModelCopy } from "./model-copy.js";

const query = "fresh bread and butter";
const texts = ["The bakery sells bread.", "The ferry leaves at seven.", "History of the town."];

async function logits(labels: object | undefined, options: OnnxCrossEncoderOptions = {}) {
  using copy = new ModelCopy("bert-two-logits").edit("config.json", { id2label: labels });
  await using scorer = new OnnxCrossEncoder({ model: copy.folder, workers: 1, activation: "identity", ...options });
  return await scorer.score(query, texts);
}

const negated = (scores: readonly number[]) => scores.map((score) => -score);

describe("a cross-encoder with two labels", () => {
  it("scores by the label that means relevant, whether its index is 0 or 1", async () => {
    const usual = await logits({ 0: "not_relevant", 1: "relevant" });
    expect(await logits({ 0: "LABEL_0", 1: "LABEL_1" })).toEqual(usual);
    expect(await logits(undefined)).toEqual(usual);
    expect(await logits({ 0: "relevant", 1: "not_relevant" })).toEqual(negated(usual));
  });

  it("is refused with both names if they do not show which one means relevant", async () => {
    const failure = logits({ 0: "cooking", 1: "travel" });
    await expect(failure).rejects.toThrow(InvalidOptionError);
    await expect(failure).rejects.toThrow(/"cooking" and "travel".*Pass `positiveLabel`/);
  });

  it("is scored by the label that `positiveLabel` names or numbers", async () => {
    const labels = { 0: "cooking", 1: "travel" };
    const travel = await logits(labels, { positiveLabel: "travel" });
    expect(await logits(labels, { positiveLabel: 1 })).toEqual(travel);
    expect(await logits(labels, { positiveLabel: "cooking" })).toEqual(negated(travel));
    expect(await logits({ 0: "no", 1: "yes" }, { positiveLabel: 0 })).toEqual(negated(travel));
  });

  it("is refused if `positiveLabel` is not one of its labels", async () => {
    const failure = logits({ 0: "cooking", 1: "travel" }, { positiveLabel: "sports" });
    await expect(failure).rejects.toThrow(/`positiveLabel` must be one of the labels.*"cooking" and "travel"/);
    expect(() => new OnnxCrossEncoder({ positiveLabel: 2 })).toThrow(InvalidOptionError);
  });
});

describe("positiveLabel", () => {
  it.each([
    [{ 0: "irrelevant", 1: "relevant" }, 1],
    [{ 0: "Relevant", 1: "Non-Relevant" }, 0],
    [{ 0: "not_entailment", 1: "entailment" }, 1],
    [{ 0: "entailment", 1: "not_entailment" }, 0],
    [{ 0: "no", 1: "yes" }, 1],
    [{ 0: "True", 1: "False" }, 0],
    [{ 0: "NEGATIVE", 1: "POSITIVE" }, 1],
    [{ 0: "is_duplicate", 1: "not_duplicate" }, 0],
    [{ 0: "0", 1: "1" }, 1],
    [{ 0: "unrelated", 1: "related" }, 1],
    [{ 0: "same", 1: "same" }, undefined],
    [{ 0: "A", 1: "B" }, undefined],
    [{ 1: "relevant" }, undefined],
  ])("reads %j as %s", (labels, index) => {
    expect(positiveLabel(labels as Record<string, string>)).toBe(index);
  });
});
