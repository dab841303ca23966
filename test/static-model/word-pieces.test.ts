import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readStaticTable } from "../../src/static-model/read-static-table.js";
import { WordPieces } from "../../src/static-model/word-pieces.js";

const cases = JSON.parse(readFileSync(new URL("fixtures/word-pieces.json", import.meta.url), "utf8")) as {
  text: string;
  pieces: string[];
}[];
const model = readFileSync(new URL("../../models/static-en-v1/model.safetensors", import.meta.url));
const { vocabulary } = readStaticTable("bundled", model);
const wordPieces = new WordPieces(vocabulary);
const piecesOf = (text: string) => Array.from(wordPieces.rows(text), (row) => vocabulary[row]);

describe("WordPieces", () => {
  it.each(cases)("cuts %j as the reference does", ({ text, pieces }) => {
    expect(piecesOf(text)).toEqual(pieces);
  });

  it("gives the same pieces whether or not a stretch needs normalizing", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii" }), (text) => {
        // A soft hyphen vanishes, but only after its stretch has taken the slow path.
        expect(piecesOf(text.replace(/[^ \t\n\r]+/g, "$&\u00ad"))).toEqual(piecesOf(text));
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
