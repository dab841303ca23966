import * as vega from "vega";
import { compile } from "vega-lite";

/** Readable on white and on black. */
const INK = "#7a7a7a";
const POINT = "#2f7ed8";

/**
 * Quality against time as SVG: nDCG@10 with its 95% interval over seconds per query.
 * @param {{ name: string, ndcg: number, low: number, high: number, seconds: number }[]} rows
 */
export async function draw(rows) {
  const y = (/** @type {string} */ field) => ({
    field,
    type: "quantitative",
    scale: { zero: false },
    title: "nDCG@10",
  });
  const specification = /** @type {import("vega-lite").TopLevelSpec} */ ({
    width: 600,
    height: 300,
    padding: 12,
    background: "transparent",
    data: { values: rows },
    encoding: { x: { field: "seconds", type: "quantitative", scale: { type: "sqrt" }, title: "seconds per query" } },
    layer: [
      { mark: { type: "rule", color: INK }, encoding: { y: y("low"), y2: { field: "high" } } },
      { mark: { type: "point", filled: true, size: 90, color: POINT, opacity: 1 }, encoding: { y: y("ndcg") } },
      ...labels(rows).map(({ row, ...mark }) => ({
        data: { values: [row] },
        mark: { type: "text", color: INK, ...mark },
        encoding: { y: y("ndcg"), text: { field: "name" } },
      })),
    ],
    config: {
      axis: { labelColor: INK, titleColor: INK, gridColor: "#8884", domainColor: INK, tickColor: INK },
      view: { stroke: null },
    },
  });
  const view = new vega.View(vega.parse(compile(specification).spec), { renderer: "none" });
  const svg = await view.toSVG();
  view.finalize();
  return svg;
}

/**
 * Labels alternate above and below, so that neighbors do not overlap, and are to the left of points near the right edge.
 * @template {{ seconds: number }} Row
 * @param {Row[]} rows
 */
function labels(rows) {
  const longest = Math.max(...rows.map(({ seconds }) => seconds));
  const bySpeed = [...rows].sort((a, b) => a.seconds - b.seconds);
  return bySpeed.map((row, index) => {
    const right = row.seconds > longest / 2;
    return { row, align: right ? "right" : "left", dx: right ? -8 : 8, dy: index % 2 ? 14 : -12 };
  });
}
