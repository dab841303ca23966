import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCsv, quoteCsv, splitCsvLine } from "../../src/text-sources/csv.js";

const fieldsOf = (text: string) => parseCsv(text, ",").map(({ fields }) => fields);

describe("parseCsv", () => {
  it("reads back every table of quoted fields, line breaks and quotes included", () => {
    const cell = fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", "é", " ") });
    const quote = (value: string) => `"${value.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 5 }), (rows) => {
        expect(fieldsOf(rows.map((row) => row.map(quote).join(",")).join("\n"))).toEqual(rows);
      }),
    );
  });

  it("reads fields without quotes and trims them", () => {
    expect(fieldsOf("a, b\nc,\n,d\n\ne,")).toEqual([
      ["a", "b"],
      ["c", ""],
      ["", "d"],
      ["e", ""],
    ]);
  });

  it("gives the line on which each row starts, also after fields that span lines", () => {
    expect(parseCsv('id,text\n1,"two\nlines"\n\n2,b', ",").map(({ line }) => line)).toEqual([1, 2, 5]);
  });

  it("names the line of a quote that is never closed", () => {
    expect(() => parseCsv('text\n"a\nb', ",", "table.csv")).toThrow("table.csv:2: a quote opens here");
  });

  it("takes time proportional to the size of a table with a single column", () => {
    const rows = Array.from({ length: 200_000 }, (_, index) => `row ${index}`);
    expect(parseCsv(rows.join("\n"), ",")).toHaveLength(rows.length);
  });
});

describe("splitCsvLine", () => {
  it("reads back what quoteCsv writes", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme" }), { minLength: 1, maxLength: 4 }), (values) => {
        const safe = values.map((value) => value.replace(/\s/g, " "));
        expect(splitCsvLine(safe.map(quoteCsv).join(","))).toEqual(safe);
      }),
    );
  });

  it.each(['"open', 'a"b,c', '"a" b,c'])("rejects %j, which is not a line of ids and numbers", (line) => {
    expect(splitCsvLine(line)).toBeUndefined();
  });
});
