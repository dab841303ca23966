import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../src/errors.js";
import { highlight } from "../src/highlight.js";

describe("highlight", () => {
  it("marks the passage and leaves white space outside the marks", () => {
    expect(highlight("One. Two three. Four.", { start: 4, end: 15 })).toBe("One. **Two three.** Four.");
    expect(highlight("abc", { start: 0, end: 3 }, { before: "<mark>", after: "</mark>" })).toBe("<mark>abc</mark>");
  });

  it("keeps whole words around the passage with a small context", () => {
    const text = "The ferry leaves the harbour at seven and returns before dark.";
    const start = text.indexOf("seven");
    expect(highlight(text, { start, end: start + 5 }, { context: 6 })).toBe("… at **seven** and returns…");
  });

  it("splits no character, also in scripts without spaces", () => {
    const text = "👩🏽‍🚀👩🏽‍🚀👩🏽‍🚀カレーライスでした🎉🎉🎉";
    const start = text.indexOf("カレー");
    const marked = highlight(text, { start, end: start + 6 }, { context: 3 });
    expect(marked).toContain("**カレーライス**");
    expect(marked).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/);
  });

  it("marks several spans in any order, and what two of them share once", () => {
    const spans = [
      { start: 16, end: 19 },
      { start: 0, end: 3 },
      { start: 2, end: 7 },
    ];
    expect(highlight("One two. Three. Four five.", spans)).toBe("**One** **two**. Three. **Fou**r five.");
    expect(highlight("nothing", [])).toBe("nothing");
  });

  it("leaves out what is far from every span", () => {
    const text = "The ferry leaves the harbour at seven and returns before dark, except on Sundays.";
    const spans = ["ferry", "Sundays"].map((word) => ({
      start: text.indexOf(word),
      end: text.indexOf(word) + word.length,
    }));
    expect(highlight(text, spans, { context: 8 })).toBe("The **ferry** leaves … on **Sundays**.");
  });

  it("always contains the exact passage, and without context the whole text", () => {
    const inputs = fc.string({ unit: "grapheme", maxLength: 60 }).chain((text) => {
      const index = fc.integer({ min: 0, max: text.length });
      return fc.record({ text: fc.constant(text), a: index, b: index, context: fc.integer({ min: 0, max: 20 }) });
    });
    fc.assert(
      fc.property(inputs, ({ text, a, b, context }) => {
        const span = { start: Math.min(a, b), end: Math.max(a, b) };
        expect(highlight(text, span, { before: "", after: "" })).toBe(text);
        expect(highlight(text, span, { context })).toContain(text.slice(span.start, span.end).trim());
      }),
    );
  });

  it("marks nothing without a passage, as for a text that fits the model", () => {
    expect(highlight("One two three.", undefined)).toBe("One two three.");
    expect(highlight("One two three.", undefined, { context: 5 })).toBe("One two…");
  });

  it("refuses options that do not exist or are not allowed, and what is not a text", () => {
    const refused = { name: "InvalidOptionError" };
    const span = { start: 4, end: 7 };
    for (const [option, options] of [
      ["contxt", { contxt: 1 }],
      ["context", { context: Number.NaN }],
      ["context", { context: -1 }],
      ["context", { context: null }],
      ["before", { before: 1 }],
      ["options", 5],
    ]) {
      expect(() => highlight("abc def ghi jkl", span, options as never)).toThrow(
        expect.objectContaining({ ...refused, option }),
      );
    }
    expect(highlight("abc def", span, { context: Number.POSITIVE_INFINITY })).toBe("abc **def**");
    expect(() => highlight(undefined as never, span)).toThrow(InvalidInputError);
  });

  it("refuses a passage that is not a part of the text", () => {
    for (const span of [
      { start: 0, end: 9 },
      { start: -1, end: 1 },
      { start: 2, end: 1 },
      { start: 0.5, end: 1 },
    ]) {
      expect(() => highlight("short", span)).toThrow(InvalidInputError);
    }
  });
});
