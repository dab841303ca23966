import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutPassages } from "../../src/inference/tokenizer/passages.js";

const passagesOf = (...args: Parameters<typeof cutPassages>) => [...cutPassages(...args)];

/** One token per word or ideograph, which can be counted by hand. */
const count = (piece: string) => (piece.trim() === "" ? 0 : 1);

const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const parts = [
  "word",
  "überlang",
  "日本語",
  "𠮷野家",
  "e\u0301a\u0308",
  "👩🏽‍🚀",
  " ",
  "\r\n",
  "\n\n",
  "\t",
  "ไทย",
  "नमस्ते",
  "العربية",
  ".",
  "-",
];
const text = fc.array(fc.constantFrom(...parts), { maxLength: 120 }).map((chosen) => chosen.join(""));

describe("cutPassages", () => {
  it("covers the whole text, in order and without gaps", () => {
    fc.assert(
      fc.property(
        text,
        fc.integer({ min: 4, max: 30 }),
        fc.double({ min: 0, max: 0.9, noNaN: true }),
        (whole, room, share) => {
          const spans = passagesOf(whole, room, Math.floor(room * share), count);
          fc.pre(whole !== "");
          expect(spans[0]!.start).toBe(0);
          expect(spans.at(-1)!.end).toBe(whole.length);
          for (const [index, { start, end }] of spans.entries()) {
            expect(end).toBeGreaterThan(start);
            if (index > 0) {
              expect(start, "no gap").toBeLessThanOrEqual(spans[index - 1]!.end);
              expect(start, "progress").toBeGreaterThan(spans[index - 1]!.start);
            }
          }
        },
      ),
    );
  });

  it("reads no more of the text than the passages that are taken", () => {
    let counted = 0;
    const counting = (piece: string) => {
      counted += 1;
      return count(piece);
    };
    const passages = cutPassages("word ".repeat(100_000), 20, 5, counting)[Symbol.iterator]();
    for (let i = 0; i < 3; i++) passages.next();
    expect(counted).toBeLessThan(100);
  });

  it("never separates a surrogate pair, or a combining mark from its base", () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 4, max: 12 }), (whole, room) => {
        for (const { start, end } of passagesOf(whole, room, 1, count)) {
          expect(whole.slice(start, end)).not.toMatch(LONE);
          expect(/^\p{M}/u.test(whole.slice(start)) && start > 0).toBe(false);
        }
      }),
    );
  });

  it("repeats the requested number of tokens in the next passage", () => {
    const words = Array.from({ length: 40 }, (_, index) => `w${index}`).join(" ");
    const spans = passagesOf(words, 10, 4, count);
    expect(
      spans.map(({ start, end }) => words.slice(start, end).trim().split(" ")).map((list) => [list[0], list.length]),
    ).toEqual([
      ["w0", 10],
      ["w6", 10],
      ["w12", 10],
      ["w18", 10],
      ["w24", 10],
      ["w30", 10],
    ]);
    expect(passagesOf(words, 10, 0, count)).toHaveLength(4);
  });

  it("ends passages between paragraphs or else between sentences, unless they would become too short", () => {
    const sentence = (name: string, words: number) =>
      `${Array.from({ length: words }, (_, i) => `${name}${i}`).join(" ")}.`;
    const cut = (text: string, room: number, overlap: number) =>
      passagesOf(text, room, overlap, count).map(({ start, end }) => text.slice(start, end).trim());
    const [a, b, c] = [sentence("a", 12), sentence("b", 15), sentence("c", 9)];
    expect(cut([a, b, c].join("\n\n"), 20, 5)).toEqual([a, b, c]);
    expect(cut([a, b, c].join("\r\n\r\n"), 20, 5)).toEqual([a, b, c]);
    expect(cut([b, b, a].join(" "), 20, 0)).toEqual([b, b, a]);
    // Ending at the paragraph would leave the passage too short, so it is filled.
    expect(cut(`${sentence("s", 4)}\n\n${sentence("l", 40)}`, 20, 0)[0]!.split(/\s+/)).toHaveLength(20);
  });

  it("begins passages at the beginning of a sentence", () => {
    const sentences = Array.from({ length: 12 }, (_, index) => `Number ${index} has five words.`);
    const text = sentences.join(" ");
    for (const { start } of passagesOf(text, 20, 7, count)) expect(text.slice(start).trimStart()).toMatch(/^Number/);
  });
});
