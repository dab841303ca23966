import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { encodeSequence, readTemplates } from "../../src/inference/tokenizer/sequences.js";

const encoded = (processor: unknown) => {
  const templates = readTemplates(processor);
  return templates && [encodeSequence(templates.single, 32, [7, 8]), encodeSequence(templates.pair, 32, [7], [8, 9])];
};
const ofFile = (name: string): unknown =>
  JSON.parse(
    readFileSync(fileURLToPath(new URL(`../fixtures/tiny-models/${name}/tokenizer.json`, import.meta.url)), "utf8"),
  ).post_processor;

describe("readTemplates", () => {
  it("reads BertProcessing with a different segment id for each text", () => {
    expect(encoded({ type: "BertProcessing", cls: ["[CLS]", 101], sep: ["[SEP]", 102] })).toMatchObject([
      { ids: [101, 7, 8, 102], types: [0, 0, 0, 0] },
      { ids: [101, 7, 102, 8, 9, 102], types: [0, 0, 0, 1, 1, 1] },
    ]);
  });

  it("reads RobertaProcessing with two separators and one segment id", () => {
    expect(encoded({ type: "RobertaProcessing", cls: ["<s>", 0], sep: ["</s>", 2] })).toMatchObject([
      { ids: [0, 7, 8, 2], types: [0, 0, 0, 0] },
      { ids: [0, 7, 2, 2, 8, 9, 2], types: [0, 0, 0, 0, 0, 0, 0] },
    ]);
  });

  it("reads TemplateProcessing, including special tokens with several ids", () => {
    const processor = {
      type: "TemplateProcessing",
      single: [{ Sequence: { id: "A", type_id: 0 } }, { SpecialToken: { id: "<end>", type_id: 0 } }],
      pair: [
        { Sequence: { id: "B", type_id: 1 } },
        { SpecialToken: { id: "<end>", type_id: 1 } },
        { Sequence: { id: "A", type_id: 0 } },
      ],
      special_tokens: { "<end>": { id: "<end>", ids: [5, 6], tokens: ["<", ">"] } },
    };
    expect(encoded(processor)).toMatchObject([
      { ids: [7, 8, 5, 6], types: [0, 0, 0, 0] },
      { ids: [8, 9, 5, 6, 7], types: [1, 1, 1, 1, 0] },
    ]);
  });

  it("finds the post-processor that adds special tokens inside a Sequence", () => {
    const bert = { type: "BertProcessing", cls: ["[CLS]", 1], sep: ["[SEP]", 2] };
    expect(encoded({ type: "Sequence", processors: [{ type: "ByteLevel" }, bert] })).toEqual(encoded(bert));
  });

  it.each([
    [null],
    [undefined],
    [{ type: "ByteLevel" }],
    [{ type: "Sequence", processors: [] }],
    [{ type: "BertProcessing" }],
    [{}],
  ])("returns undefined for %j", (processor) => {
    expect(readTemplates(processor)).toBeUndefined();
  });

  it.each([
    ["bert-one-logit", [2, 3, 3], [0, 0, 1]],
    ["xlm-roberta", [0, 2, 2, 2], [0, 0, 0, 0]],
    ["roberta", [0, 2, 2, 2], [0, 0, 0, 0]],
    ["modernbert", [2, 3, 3], [0, 0, 0]],
  ])("reads the file of %s", (name, specials, types) => {
    const { pair } = readTemplates(ofFile(name))!;
    const parts = pair.flatMap((part) => ("ids" in part ? part.ids.map((id) => [id, part.type]) : []));
    expect(parts).toEqual(specials.map((id, i) => [id, types[i]]));
  });
});
