import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WordPieces } from "../../src/embeddings/static/word-pieces.js";

const cases = JSON.parse(readFileSync(new URL("fixtures/word-pieces.json", import.meta.url), "utf8")) as {
  text: string;
  pieces: string[];
}[];
const tokenizer = JSON.parse(
  readFileSync(new URL("../../models/rerank-en-v0/tokenizer.json", import.meta.url), "utf8"),
);
const vocabulary = Object.keys(tokenizer.model.vocab).sort(
  (a, b) => tokenizer.model.vocab[a] - tokenizer.model.vocab[b],
);
const wordPieces = new WordPieces(vocabulary);
const piecesOf = (text: string) => wordPieces.rows(text).map((row) => vocabulary[row]);

describe("WordPieces", () => {
  it.each(cases)("cuts %j as the reference does", ({ text, pieces }) => {
    expect(piecesOf(text)).toEqual(pieces);
  });

  it("gives the same pieces on its plain-ASCII path as on its Unicode path", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii" }), (text) => {
        // An ideograph at the end sends the whole text down the other path.
        expect(piecesOf(`${text} 中`).slice(0, -1)).toEqual(piecesOf(text));
      }),
    );
  });

  it("answers the same when a word comes back from its cache", () => {
    expect(piecesOf("embeddings")).toEqual(["em", "##bed", "##ding", "##s"]);
    expect(piecesOf("embeddings")).toEqual(["em", "##bed", "##ding", "##s"]);
  });

  it("never throws, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => wordPieces.rows(text).every((row) => row in vocabulary)),
    );
  });
});
