import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutSentences } from "../../src/apps/playground/passages.js";
import { excerpt, FOLDED } from "../../src/apps/playground/view/excerpt.js";

const parts = (text: string, within?: { start: number; end: number }) =>
  cutSentences(text, within).map(({ start, end }) => text.slice(start, end));

const LONG_ONE = "Pads that meet the rim with their rear edge first start to vibrate.";
const LONG_TWO = "Turn them so that the front edge touches first, and clean the rim.";

describe("passages", () => {
  it("passages are sentences", () => {
    expect(parts(`${LONG_ONE} ${LONG_TWO}`)).toEqual([LONG_ONE, LONG_TWO]);
  });

  it("a short sentence joins the next one, and a short last sentence the one before", () => {
    expect(parts(`Yes. ${LONG_ONE} ${LONG_TWO} So.`)).toEqual([`Yes. ${LONG_ONE}`, `${LONG_TWO} So.`]);
  });

  it("headings are left out, unless there is nothing else", () => {
    expect(parts(`Why brakes squeal\n${LONG_ONE}\n\nWhat to do\n${LONG_TWO}`)).toEqual([LONG_ONE, LONG_TWO]);
    expect(parts("Only a heading")).toEqual(["Only a heading"]);
  });

  it("Japanese sentences end with their own stop, and need fewer characters", () => {
    const [one, two] = [
      "昨日の夕食は、自分で作ったカレーライスでした。",
      "次の週末には友達と一緒に山登りに行く予定です。",
    ];
    expect(parts(one + two)).toEqual([one, two]);
  });

  it("passages of a part of a text have offsets in the whole text", () => {
    const text = `${LONG_ONE} ${LONG_TWO}`;
    expect(parts(text, { start: LONG_ONE.length, end: text.length })).toEqual([LONG_TWO]);
  });

  it("an empty text has no passages", () => {
    expect(cutSentences("")).toEqual([]);
    expect(cutSentences(" \n ")).toEqual([]);
  });

  it("passages of any text lie within it, in order, without overlap, trimmed and few", () => {
    const piece = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.constantFrom(". ", "\n", "。", "\n\n", LONG_ONE, "A b. "),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 200 }), (pieces) => {
        const text = pieces.join("");
        const spans = cutSentences(text);
        expect(spans.length).toBeLessThanOrEqual(100);
        if (text.trim() !== "") expect(spans.length).toBeGreaterThan(0);
        let last = 0;
        for (const { start, end } of spans) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          const body = text.slice(start, end);
          expect(body).toBe(body.trim());
          last = end;
        }
        expect(last).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 500 },
    );
  });
});

describe("excerpts", () => {
  const whole = ({ before, marked, after }: ReturnType<typeof excerpt>) => before + marked + after;

  it("short texts are shown whole", () => {
    const text = `${LONG_ONE} ${LONG_TWO}`;
    const shown = excerpt(text, { start: 0, end: LONG_ONE.length }, false);
    expect(shown).toEqual({ before: "", marked: LONG_ONE, after: ` ${LONG_TWO}`, cut: false });
  });

  it("long ones are cut around their passage, between words", () => {
    const filler = "several words go here ".repeat(60);
    const text = filler + LONG_ONE + filler;
    const shown = excerpt(text, { start: filler.length, end: filler.length + LONG_ONE.length }, false);
    expect(shown.marked).toBe(LONG_ONE);
    expect(shown.before).toMatch(/^… (several|words|go|here) /);
    expect(shown.after).toMatch(/ (several|words|go|here) …$/);
    expect(shown.cut).toBe(true);
    expect(whole(excerpt(text, undefined, true))).toBe(text);
  });

  it("any text shown whole is itself, and folded it is short and has no broken characters", () => {
    const texts = fc
      .array(fc.string({ unit: "grapheme", maxLength: 30 }), { maxLength: 120 })
      .map((all) => all.join(" "));
    fc.assert(
      fc.property(
        texts,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (text, a, b) => {
          const ends = [a, b].map((share) => Math.round(share * text.length)).sort((x, y) => x - y);
          const passage = { start: ends[0]!, end: ends[1]! };
          expect(whole(excerpt(text, passage, true))).toBe(text);
          const folded = excerpt(text, passage, false);
          expect(whole(folded).length).toBeLessThanOrEqual(2 * FOLDED + 120);
          if (!folded.cut) expect(whole(folded)).toBe(text);
        },
      ),
    );
  });
});
