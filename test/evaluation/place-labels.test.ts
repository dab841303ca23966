import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { placeLabels } from "../../src/evaluation/report/place-labels.js";

const area = { width: 280, height: 260 };

/** Rectangle that a label covers, by the same estimate of the size of text. */
function box(point: { x: number; y: number }, { text, dx, dy, align }: ReturnType<typeof placeLabels>[number]) {
  const width = text.length * 6.6;
  const left = point.x + dx - { left: 0, right: width }[align];
  return { left, right: left + width, top: point.y + dy - 7, bottom: point.y + dy + 7 };
}

describe("placeLabels", () => {
  const point = fc.record({
    x: fc.integer({ min: 0, max: area.width }),
    y: fc.integer({ min: 20, max: area.height - 20 }),
    text: fc.constantFrom("1", "2", "12"),
  });

  it("places the numbers of up to ten points without overlap, even if the points coincide", () => {
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 10 }), (points) => {
        const boxes = placeLabels(points, area).map((label, i) => box(points[i]!, label));
        boxes.forEach((a, i) => {
          for (const b of boxes.slice(i + 1)) {
            const overlaps = a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
            expect(overlaps).toBe(false);
          }
        });
      }),
    );
  });

  it("keeps labels inside the plot and shortens long names", () => {
    const [label] = placeLabels([{ x: 275, y: 130, text: "x".repeat(60) }], area);
    expect(label!.text).toBe(`${"x".repeat(27)}…`);
    expect(label!.align).toBe("right");
  });
});
