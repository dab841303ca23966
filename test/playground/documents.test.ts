import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseCsv } from "../../src/apps/playground/input/csv.js";
import {
  DocumentFormatError,
  formatDocuments,
  parseDocuments,
} from "../../src/apps/playground/input/parse-documents.js";
import { readFileDocuments } from "../../src/apps/playground/input/read-file.js";

describe("the editor's text", () => {
  test.each([
    ["tea\ncoffee", "lines", ["tea", "coffee"]],
    ["  tea \r\n\tcoffee\r\n", "lines", ["tea", "coffee"]],
    ["tea\n", "lines", ["tea"]],
    ["\n\ntea", "lines", ["tea"]],
    ["green\ntea\n\ncoffee", "paragraphs", ["green\ntea", "coffee"]],
    ["green tea\n \t\ncoffee\n\n\n", "paragraphs", ["green tea", "coffee"]],
    ["one\n\ntwo\n---\nthree\n -----\n", "rules", ["one\n\ntwo", "three"]],
    ['["tea", {"text": "coffee", "title": "Beans"}, ""]', "json", ["tea", "Beans\ncoffee", ""]],
    ["[]", "json", []],
    ["[1] Smith 2003\n[2] Jones", "lines", ["[1] Smith 2003", "[2] Jones"]],
    ["お茶\nコーヒー", "lines", ["お茶", "コーヒー"]],
    ["", "lines", []],
  ])("%j is read as %s", (text, format, documents) => {
    expect(parseDocuments(text, "auto")).toEqual({ documents, format });
  });

  test.each(['["tea", ', '[{"name": "tea"}]', '["tea", 7]', "[]]"])("%j is no list of documents", (text) => {
    expect(() => parseDocuments(text, "json")).toThrow(DocumentFormatError);
  });

  test("a chosen format is kept to", () => {
    expect(parseDocuments("a\nb\n\nc", "lines").documents).toEqual(["a", "b", "c"]);
    expect(parseDocuments("a\nb", "paragraphs").documents).toEqual(["a\nb"]);
    expect(() => parseDocuments("a", "json")).toThrow(/JSON/);
    expect(() => parseDocuments('{"text": "a"}', "json")).toThrow(/array/);
  });

  test("whatever documents are written, the same are read", () => {
    const piece = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.constantFrom("\n", "\n\n", "---", "\r\n", "[", '["a"]', " "),
    );
    const document = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(fc.array(document, { maxLength: 6 }), (documents) => {
        const { text, format } = formatDocuments(documents);
        expect(parseDocuments(text, format).documents).toEqual(documents);
      }),
      { numRuns: 1000 },
    );
  });

  test("plain documents are written plainly", () => {
    expect(formatDocuments(["tea", "coffee"])).toEqual({ text: "tea\ncoffee", format: "auto" });
    expect(formatDocuments(["green\ntea", "coffee"])).toEqual({ text: "green\ntea\n\ncoffee", format: "auto" });
    expect(formatDocuments(["a\n\nb", "c"])).toEqual({ text: "a\n\nb\n\n---\n\nc", format: "auto" });
    expect(formatDocuments(["green\ntea"])).toEqual({ text: "green\ntea", format: "paragraphs" });
  });
});

describe("files", () => {
  test.each([
    ["notes.txt", "one\ntwo", ["one", "two"]],
    ["notes.TXT", "\uFEFFone\r\n\r\ntwo", ["one", "two"]],
    [
      "a.b.md",
      "intro\n# A\ntext\n## B\n```\n# no heading\n```",
      ["intro", "# A\ntext", "## B\n```\n# no heading\n```"],
    ],
    ["list.json", '["a", {"content": "b"}]', ["a", "b"]],
    ["records.jsonl", '{"text":"a","title":"T"}\n\n"b"\n', ["T\na", "b"]],
    ["table.csv", 'id,text\n1,"a, with ""quotes""\nand a line"\n2,b\n', ['a, with "quotes"\nand a line', "b"]],
    ["titles.csv", "title,passage\nT,p", ["T\np"]],
    ["column.csv", "a\nb\n\nc", ["a", "b", "c"]],
    ["table.tsv", "text\tid\na, b\t1", ["a, b"]],
  ])("%s", (name, text, documents) => {
    expect(readFileDocuments(name, text)).toEqual(documents);
  });

  test.each([
    ["image.png", "x", /image\.png: can read \.txt/],
    ["noextension", "x", /can read/],
    ["empty.txt", " \n ", /empty\.txt: holds no text/],
    ["records.jsonl", '{"text":"a"}\n{"text"', /line 2 is not JSON/],
    ["records.jsonl", '{"text":"a"}\n{"id":1}', /line 2 must be/],
    ["table.csv", 'text\n"a', /line 2 is not closed/],
    ["table.csv", "a,b\n1,2", /names none of them/],
    ["list.json", '{"text":"a"}', /array/],
  ])("%s with %j is refused with words", (name, text, message) => {
    expect(() => readFileDocuments(name, text)).toThrow(DocumentFormatError);
    expect(() => readFileDocuments(name, text)).toThrow(message);
  });

  test("whatever table is written, the same is read", () => {
    const cell = fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", "é", " ") });
    const quote = (value: string) => `"${value.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 5 }), (rows) => {
        const text = rows.map((row) => row.map(quote).join(",")).join("\n");
        expect(parseCsv(text, ",")).toEqual(rows);
      }),
    );
  });

  test("plain cells need no quotes", () => {
    expect(parseCsv("a,b\nc,\n,d\ne,", ",")).toEqual([
      ["a", "b"],
      ["c", ""],
      ["", "d"],
      ["e", ""],
    ]);
  });
});
