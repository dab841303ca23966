/** A point in pixels, and the text that is to stand next to it. */
export interface PlottedPoint {
  text: string;
  x: number;
  y: number;
}

/** Where a label stands, relative to its point. The text may be shortened. */
export interface PlacedLabel {
  text: string;
  dx: number;
  dy: number;
  align: "left" | "right";
}

/** A rectangle in pixels. */
export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const CHARACTER = 6.6;
const LINE = 14;
/** So that two numbers next to each other do not look like one. */
const GAP = 4;
const DOT = 6;
const MAX_CHARACTERS = 28;

/**
 * Places a label next to each point, at the nearest spot where it covers no label, point, obstacle or edge. In a crowd that leaves no spot
 * free, the label goes where it covers least.
 *
 * @param obstacles - areas that labels should avoid, such as lines
 */
export function placeLabels(
  points: readonly PlottedPoint[],
  area: { width: number; height: number },
  obstacles: readonly Box[] = [],
): readonly PlacedLabel[] {
  const dots = points.map(({ x, y }) => ({ left: x - DOT, right: x + DOT, top: y - DOT, bottom: y + DOT }));
  const taken: Box[] = [...dots, ...obstacles];
  return points.map((point) => {
    const text = point.text.length > MAX_CHARACTERS ? `${point.text.slice(0, MAX_CHARACTERS - 1)}…` : point.text;
    let best: { label: PlacedLabel; box: Box; cost: number } | undefined;
    for (const label of spots(text)) {
      const box = boxOf(point, label);
      const cost = taken.reduce((sum, other) => sum + overlap(box, other), outside(box, area));
      if (best === undefined || cost < best.cost) best = { label, box, cost };
      if (cost === 0) break;
    }
    taken.push(best!.box);
    return best!.label;
  });
}

/** Spots around a point, nearest first. */
function* spots(text: string): Generator<PlacedLabel> {
  for (let distance = 0; distance <= 8; distance++) {
    for (const dy of distance === 0 ? [0] : [-distance * LINE, distance * LINE]) {
      const dx = DOT + (distance === 0 ? 4 : 0);
      yield { text, dx: -dx, dy, align: "right" };
      yield { text, dx, dy, align: "left" };
    }
  }
}

function boxOf({ x, y }: PlottedPoint, { text, dx, dy, align }: PlacedLabel): Box {
  const width = text.length * CHARACTER + GAP;
  const left = x + dx - (align === "left" ? 0 : width);
  return { left, right: left + width, top: y + dy - LINE / 2, bottom: y + dy + LINE / 2 };
}

function overlap(a: Box, b: Box): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0;
}

/** The part of a box outside the plot, weighted so that covering another label is better than being cut off. */
function outside(box: Box, { width, height }: { width: number; height: number }): number {
  const beyond = Math.max(0, -box.left) + Math.max(0, box.right - width);
  return 1000 * (beyond + Math.max(0, -box.top) + Math.max(0, box.bottom - height));
}
