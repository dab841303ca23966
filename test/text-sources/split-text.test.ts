import { describe, expect, it } from "vitest";
import {
  decodeUtf8,
  formatOfFile,
  guessFormat,
  splitText,
  type TextFormat,
} from "../../src/text-sources/split-text.js";
import { TextSourceError } from "../../src/text-sources/text-source-error.js";

const read = (text: string, format: TextFormat, field?: string) => splitText(text, format, { name: "file", field });
const texts = (text: string, format: TextFormat) => read(text, format).map((document) => document.text);

describe("splitText", () => {
  it.each<[TextFormat, string, string[]]>([
    ["lines", "  tea \r\n\r\n\tcoffee\r", ["tea", "coffee"]],
    ["paragraphs", "green\ntea\n \t\ncoffee\n\n\n", ["green\ntea", "coffee"]],
    ["rules", "one\n\ntwo\n---\nthree\n -----\n", ["one\n\ntwo", "three"]],
    ["sections", "intro\n# A\ntext\n## B\n```\n# code\n```", ["intro", "# A\ntext", "## B\n```\n# code\n```"]],
    ["sections", "# A\n~~~~\n# code\n~~~\n# code\n~~~~\n# B", ["# A\n~~~~\n# code\n~~~\n# code\n~~~~", "# B"]],
    ["json", '["a", {"content": "b"}, ""]', ["a", "b", ""]],
    ["json", '{"documents": ["a"]}', ["a"]],
    ["json", '{"text": "a"}', ["a"]],
    ["jsonl", '{"text":"a","title":"T"}\n\n"b"\n', ["T\na", "b"]],
    ["csv", 'id,text\n1,"a, with ""quotes""\nand a line"\n2,b\n', ['a, with "quotes"\nand a line', "b"]],
    ["csv", "title,passage\nT,p", ["T\np"]],
    ["csv", "a\nb\n\nc", ["a", "b", "c"]],
    ["tsv", "text\tid\na, b\t1", ["a, b"]],
  ])("reads %s from %j", (format, text, documents) => {
    expect(texts(text, format)).toEqual(documents);
  });

  it("says on which line or at which index each document starts", () => {
    expect(read("\n\ntea\n\n\ncoffee", "paragraphs").map(({ source }) => source)).toEqual(["file:3", "file:6"]);
    expect(read('["a", "b"]', "json").map(({ source }) => source)).toEqual(["file[0]", "file[1]"]);
    expect(read('text\n"a\nb"\nc', "csv").map(({ source }) => source)).toEqual(["file:2", "file:4"]);
  });

  it("reads the field that was named, without the title", () => {
    expect(read('{"title":"T","summary":"S"}', "jsonl", "summary")).toEqual([{ text: "S", source: "file:1" }]);
    expect(read("title,summary\nT,S", "csv", "summary")).toEqual([{ text: "S", source: "file:2" }]);
  });

  it.each<[TextFormat, string, string | RegExp]>([
    ["json", '["tea", ', "file is not valid JSON"],
    ["json", '["tea", 7]', "file[1] has no text in text, pageContent"],
    ["json", '[{"name": "tea"}]', /file\[0\] has no text in .*; its fields are: name\./],
    ["json", '{"documents": 7}', "file: `documents` must be an array"],
    ["jsonl", '{"text":"a"}\n{"text"', "file:2 is not valid JSON"],
    ["jsonl", '{"text":"a"}\n{"id":1}', "file:2 has no text in"],
    ["csv", 'text\n"a', "file:2: a quote opens here and is never closed"],
    [
      "csv",
      'text,lang\n"a\nb",en\nSolar panels, made of silicon,en',
      "file:4: expected 2 columns (text, lang), got 3. Put quotes around fields that contain a comma.",
    ],
    ["csv", "text,lang\na", "file:2: expected 2 columns (text, lang), got 1."],
    ["csv", "a\nb, c", "file:2: expected 1 column, got 2."],
    [
      "tsv",
      "text\tid\na\tb\t1",
      "file:2: expected 2 columns (text, id), got 3. Put quotes around fields that contain a tab.",
    ],
    ["csv", "a,b\n1,2", "file:1: no column is named text, pageContent"],
  ])("rejects %s %j and says where it is wrong", (format, text, message) => {
    expect(() => read(text, format)).toThrow(TextSourceError);
    expect(() => read(text, format)).toThrow(message);
  });
});

describe("guessFormat", () => {
  it.each<[string, TextFormat]>([
    ["tea\ncoffee", "lines"],
    ["\n\ntea", "lines"],
    ["green\ntea\n\ncoffee", "paragraphs"],
    ["one\n---\ntwo", "rules"],
    ['[{"text": "a"}]', "json"],
    ["[]", "json"],
    ["[1] Smith 2003\n[2] Jones", "lines"],
    ['{"text":"a"}\n{"text":"b"}', "jsonl"],
    ['{\n"text": "a"\n}', "json"],
    ["{curly} braces\nin prose", "lines"],
  ])("sees %j as %s", (text, format) => {
    expect(guessFormat(text)).toBe(format);
  });
});

describe("files", () => {
  it("knows formats by extension, in any case", () => {
    expect(formatOfFile("a.b.MD")).toBe("sections");
    expect(formatOfFile("notes.TXT")).toBe("guess");
    expect(formatOfFile("image.png")).toBeUndefined();
    expect(formatOfFile("csv")).toBeUndefined();
    expect(formatOfFile("notes.constructor")).toBeUndefined();
  });

  it("rejects bytes that are not UTF-8 and names the file", () => {
    expect(decodeUtf8(new TextEncoder().encode("café"), "a.txt")).toBe("café");
    expect(() => decodeUtf8(Uint8Array.of(0x63, 0xe9), "latin1.txt")).toThrow("latin1.txt is not UTF-8 text");
  });
});
