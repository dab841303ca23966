import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countSpecials, encodeSequence, pairRoom, type TemplatePart } from "../../src/inference/tokenizer/sequences.js";

const BERT: TemplatePart[] = [
  { ids: [101], type: 0 },
  { text: "A", type: 0 },
  { ids: [102], type: 0 },
  { text: "B", type: 1 },
  { ids: [102], type: 1 },
];
const ROBERTA: TemplatePart[] = [
  { ids: [0], type: 0 },
  { text: "A", type: 0 },
  { ids: [2, 2], type: 0 },
  { text: "B", type: 0 },
  { ids: [2], type: 0 },
];
const SINGLE: TemplatePart[] = BERT.slice(0, 3);
const run = (length: number, from: number) => Array.from({ length }, (_, i) => from + i);

describe("encodeSequence", () => {
  it("adds the special tokens of the template", () => {
    expect(encodeSequence(BERT, 16, [7, 8], [9])).toEqual({
      ids: [101, 7, 8, 102, 9, 102],
      types: [0, 0, 0, 0, 1, 1],
      truncated: false,
    });
    expect(encodeSequence(ROBERTA, 16, [7], [8, 9])).toMatchObject({
      ids: [0, 7, 2, 2, 8, 9, 2],
      types: Array(7).fill(0),
    });
    expect(encodeSequence(SINGLE, 16, [7])).toEqual({ ids: [101, 7, 102], types: [0, 0, 0], truncated: false });
  });

  it("truncates the document, not the query", () => {
    const { ids, truncated } = encodeSequence(BERT, 16, run(5, 10), run(50, 200));
    expect(ids).toEqual([101, ...run(5, 10), 102, ...run(8, 200), 102]);
    expect(truncated).toBe(true);
  });

  it("truncates the query only above three quarters of the room, and keeps its end", () => {
    // 16 tokens minus three special ones leave 13, of which the query may have nine.
    expect(pairRoom(BERT, 16, 9)).toEqual({ query: 9, document: 4 });
    expect(pairRoom(BERT, 16, 100)).toEqual({ query: 9, document: 4 });
    expect(encodeSequence(BERT, 16, run(10, 10), [5])).toEqual({
      ids: [101, ...run(9, 11), 102, 5, 102],
      types: [...Array(11).fill(0), 1, 1],
      truncated: false,
      queryTruncated: true,
    });
  });

  it("reports no truncation when both texts just fit", () => {
    expect(encodeSequence(BERT, 16, run(9, 10), run(4, 200)).truncated).toBe(false);
    expect(encodeSequence(SINGLE, 8, run(6, 10)).truncated).toBe(false);
    expect(encodeSequence(SINGLE, 8, run(7, 10))).toMatchObject({ ids: [101, ...run(6, 10), 102], truncated: true });
  });

  it("never exceeds the limit, keeps every special token, and keeps the query's end and the document's beginning", () => {
    const length = fc.integer({ min: 0, max: 200 });
    fc.assert(
      fc.property(
        fc.constantFrom(BERT, ROBERTA),
        fc.integer({ min: 8, max: 128 }),
        length,
        length,
        (template, most, a, b) => {
          const {
            ids,
            types,
            truncated,
            queryTruncated = false,
          } = encodeSequence(template, most, run(a, 1000), run(b, 5000));
          expect(ids.length).toBeLessThanOrEqual(most);
          expect(types).toHaveLength(ids.length);
          const query = ids.filter((id) => id >= 1000 && id < 5000);
          const document = ids.filter((id) => id >= 5000);
          expect(query).toEqual(run(query.length, 1000 + a - query.length));
          expect(document).toEqual(run(document.length, 5000));
          expect(ids.length - query.length - document.length).toBe(countSpecials(template));
          expect(truncated).toBe(document.length < b);
          expect(queryTruncated).toBe(query.length < a);
          if (truncated) expect(ids).toHaveLength(most);
        },
      ),
    );
  });
});
