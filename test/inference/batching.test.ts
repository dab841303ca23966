import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutChunks } from "../../src/inference/engine/engine.js";
import { cutBatches } from "../../src/inference/worker/serve-model.js";

const lengths = fc.array(fc.integer({ min: 0, max: 600 }), { maxLength: 80 });
const budget = fc.integer({ min: 1, max: 1024 });
const everyIndex = (list: readonly number[]) => list.map((_, index) => index);

describe("cutBatches", () => {
  it("sorts by length and fills each batch up to its budget of padded tokens", () => {
    expect(cutBatches([10, 100, 20, 90, 5], 200)).toEqual([
      [1, 3],
      [2, 0, 4],
    ]);
    expect(cutBatches([100, 100, 100], 200)).toEqual([[0, 1], [2]]);
    expect(cutBatches([], 200)).toEqual([]);
  });

  it("puts at most `maxRows` items into a batch", () => {
    expect(cutBatches([10, 10, 10, 10, 10], 1000, 2)).toEqual([[0, 1], [2, 3], [4]]);
  });

  it("puts an item above the budget into a batch by itself", () => {
    expect(cutBatches([300, 50, 400], 200)).toEqual([[2], [0], [1]]);
  });

  it("uses every item once, longest first, within the budget, and fills batches as far as possible", () => {
    fc.assert(
      fc.property(lengths, budget, (list, limit) => {
        const batches = cutBatches(list, limit);
        expect(batches.flat().sort((a, b) => a - b)).toEqual(everyIndex(list));
        const sizes = batches.flat().map((index) => list[index]!);
        expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
        batches.forEach((batch, index) => {
          const width = list[batch[0]!]!;
          expect(batch.length === 1 || width * batch.length <= limit).toBe(true);
          if (index + 1 < batches.length) expect(width * (batch.length + 1)).toBeGreaterThan(limit);
        });
      }),
    );
  });
});

describe("cutChunks", () => {
  it("uses every text once, longest first, within the budget except for single texts", () => {
    expect(cutChunks([100, 3000, 200, 2400], 2500)).toEqual([[1], [3], [2, 0]]);
    fc.assert(
      fc.property(lengths, budget, (list, limit) => {
        const chunks = cutChunks(list, limit);
        expect(chunks.flat().sort((a, b) => a - b)).toEqual(everyIndex(list));
        for (const chunk of chunks) {
          const size = chunk.reduce((sum, index) => sum + list[index]!, 0);
          expect(chunk.length === 1 || size <= limit).toBe(true);
        }
      }),
    );
  });
});
