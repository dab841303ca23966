import { type Box, type PlottedPoint, placeLabels } from "./place-labels.js";
import type { PlotSize, PlotSpec } from "./plot-specs.js";
import { placeholder } from "./style.js";

/** A system's quality and time. */
export interface LatencyPoint {
  name: string;
  mean: number;
  /** Mean wall-clock seconds per query. */
  seconds: number;
}

const HEIGHT = 260;
/** Width of the axis with its labels and title. */
const AXIS = 62;

/** Quality against time. A line joins the systems that no other beats in both. */
export function latencyPlot(
  points: readonly LatencyPoint[],
  front: readonly LatencyPoint[],
  measure: string,
  { width, isNarrow }: PlotSize,
): PlotSpec {
  const means = points.map(({ mean }) => mean);
  const margin = 0.15 * (Math.max(...means) - Math.min(...means)) || 0.05;
  const [low, high] = [Math.min(...means) - margin, Math.max(...means) + margin];
  const longest = 1.1 * Math.max(...points.map(({ seconds }) => seconds)) || 1;
  const x = {
    field: "seconds",
    type: "quantitative",
    scale: { type: "sqrt", domain: [0, longest], nice: false },
    axis: {
      tickCount: isNarrow ? 3 : 6,
      labelExpr: "datum.value < 1 ? format(1000 * datum.value, '~r') + ' ms' : format(datum.value, '~r') + ' s'",
    },
    title: "time per query",
  };
  const y = {
    field: "mean",
    type: "quantitative",
    scale: { zero: false, domain: [low, high], nice: false },
    title: measure,
  };
  const area = { width: width - AXIS, height: HEIGHT };
  const position = ({ seconds, mean }: LatencyPoint) => ({
    x: area.width * Math.sqrt(seconds / longest),
    y: (area.height * (high - mean)) / (high - low),
  });
  const plotted = points.map((point, index): PlottedPoint => {
    return { text: isNarrow ? String(index + 1) : point.name, ...position(point) };
  });
  const placed = placeLabels(plotted, area, stepsBetween(front.map(position)));
  const labels = placed.map((label, index) => ({ ...label, ...points[index]! }));
  return {
    height: HEIGHT,
    encoding: { x, y },
    layer: [
      {
        data: { values: front },
        mark: { type: "line", interpolate: "step-after", color: placeholder("accent"), strokeDash: [5, 4] },
      },
      { data: { values: points }, mark: { type: "point", filled: true, size: 80, color: placeholder("accent") } },
      ...labels.map(({ text, dx, dy, align, mean, seconds }) => ({
        data: { values: [{ mean, seconds }] },
        mark: { type: "text", text, dx, dy, align, baseline: "middle", color: placeholder("ink") },
      })),
    ],
  };
}

/** The areas of the line that goes right from each point and then up to the next. */
function stepsBetween(corners: readonly { x: number; y: number }[]): Box[] {
  return corners.slice(1).flatMap((to, index) => {
    const from = corners[index]!;
    return [
      { left: from.x, right: to.x, top: from.y - 2, bottom: from.y + 2 },
      { left: to.x - 2, right: to.x + 2, top: to.y, bottom: from.y },
    ];
  });
}
