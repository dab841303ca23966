import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { partRows, tokenEnds } from "../../../src/inference/late-interaction/compare-parts.js";
import { ModelTokenizer } from "../../../src/inference/tokenizer/model-tokenizer.js";

const readModel = (name: string, file: string) => {
  const path = fileURLToPath(new URL(`../../fixtures/tiny-models/${name}/${file}`, import.meta.url));
  return JSON.parse(readFileSync(path, "utf8"));
};

const TEXT =
  "The history of the town, well-known and old. Fresh bread (and butter) costs 3.50 today! A difficult question?";

/** Words with the white space before them, as spans without it. */
const words = [...TEXT.matchAll(/\S+/g)].map(({ 0: word, index }) => ({ start: index, end: index + word.length }));

describe("tokenEnds", () => {
  it.each(["bert-one-logit", "xlm-roberta", "modernbert", "qwen3-causal"])(
    "counts the tokens of the text up to each word with the tokenizer of %s",
    (name) => {
      const tokenizer = new ModelTokenizer(
        name,
        readModel(name, "tokenizer.json"),
        readModel(name, "tokenizer_config.json"),
        readModel(name, "config.json"),
      );
      const count = (piece: string) => tokenizer.encode(piece).length;
      const expected = words.map(({ end }) => count(TEXT.slice(0, end)));
      expect(tokenEnds(TEXT, words, count(TEXT), false, count)).toEqual(expected);
    },
  );

  it("tokenizes from the beginning where pieces alone have other tokens than in the text", () => {
    // A tokenizer that merges across words: two characters are one token.
    const count = (piece: string) => Math.ceil(piece.length / 2);
    const parts = [
      { start: 0, end: 3 },
      { start: 3, end: 6 },
    ];
    expect(tokenEnds("abcdef", parts, 3, false, count)).toEqual([2, 3]);
  });

  it("leaves parts beyond the end of a truncated text without tokens", () => {
    expect(
      tokenEnds(
        "a b c d",
        [
          { start: 0, end: 3 },
          { start: 4, end: 7 },
        ],
        2,
        true,
        (piece) => piece.trim().split(/\s+/).length,
      ),
    ).toEqual([2, 2]);
  });
});

describe("partRows", () => {
  it("skips special tokens and tokens without vectors", () => {
    // [CLS] marker a , b . [SEP], where "," and "." have no vectors.
    const encoded = { ids: [101, 1, 7, 50, 8, 51, 102], types: [], truncated: false };
    expect(partRows(encoded, 2, [2, 4], new Set([50, 51]))).toEqual([
      [2, 3],
      [3, 4],
    ]);
  });
});
