import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDocuments, parseDocuments } from "../../src/apps/playground/input/parse-documents.js";
import { readFileDocuments } from "../../src/apps/playground/input/read-file.js";
import { TextSourceError } from "../../src/text-sources/text-source-error.js";

describe("the editor's text", () => {
  it.each([
    ["tea\ncoffee", "lines", ["tea", "coffee"]],
    ["green\ntea\n\ncoffee", "paragraphs", ["green\ntea", "coffee"]],
    ["one\n\ntwo\n---\nthree\n -----\n", "rules", ["one\n\ntwo", "three"]],
    ['["tea", {"text": "coffee", "title": "Beans"}, ""]', "json", ["tea", "Beans\ncoffee", ""]],
    ['{"text": "tea"}\n{"text": "coffee"}', "jsonl", ["tea", "coffee"]],
    ["お茶\nコーヒー", "lines", ["お茶", "コーヒー"]],
    ["", "lines", []],
  ])("reads %j as %s", (text, format, documents) => {
    expect(parseDocuments(text, "auto")).toEqual({ documents, format });
  });

  it("uses the format that the user chose", () => {
    expect(parseDocuments("a\nb\n\nc", "lines").documents).toEqual(["a", "b", "c"]);
    expect(parseDocuments("a\nb", "paragraphs").documents).toEqual(["a\nb"]);
    expect(() => parseDocuments("a", "json")).toThrow(TextSourceError);
  });

  it("reads back whatever documents it wrote", () => {
    const piece = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.constantFrom("\n", "\n\n", "---", "\r\n", "[", '["a"]', '{"text":"a"}', " "),
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

  it("writes plain documents plainly", () => {
    expect(formatDocuments(["tea", "coffee"])).toEqual({ text: "tea\ncoffee", format: "auto" });
    expect(formatDocuments(["green\ntea", "coffee"])).toEqual({ text: "green\ntea\n\ncoffee", format: "auto" });
    expect(formatDocuments(["a\n\nb", "c"])).toEqual({ text: "a\n\nb\n\n---\n\nc", format: "auto" });
    expect(formatDocuments(["green\ntea"])).toEqual({ text: "green\ntea", format: "paragraphs" });
  });
});

describe("opened files", () => {
  const read = (name: string, text: string) => readFileDocuments(name, new TextEncoder().encode(text));

  it("are read by their extension, without a byte order mark", () => {
    expect(read("notes.TXT", "\uFEFFone\r\n\r\ntwo")).toEqual(["one", "two"]);
    expect(read("a.b.md", "# A\ntext\n## B")).toEqual(["# A\ntext", "## B"]);
    expect(read("table.csv", "id,text\n1,a")).toEqual(["a"]);
  });

  it.each([
    ["image.png", "x", "image.png cannot be opened. Choose one of .txt, .md"],
    ["noextension", "x", "cannot be opened"],
    ["empty.txt", " \n ", "empty.txt holds no text."],
    ["records.jsonl", '{"text":"a"}\n{"text"', "records.jsonl:2 is not valid JSON"],
  ])("%s with %j is refused with a reason", (name, text, message) => {
    expect(() => read(name, text)).toThrow(TextSourceError);
    expect(() => read(name, text)).toThrow(message);
  });
});
