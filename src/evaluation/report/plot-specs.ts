import { placeholder } from "./style.js";

/** A Vega-Lite specification. Vega's own types would make users of this package depend on Vega. */
export type PlotSpec = Readonly<Record<string, unknown>>;

/** The size that a plot is drawn for. */
export interface PlotSize {
  /** Pixels. */
  width: number;
  /** Whether it is drawn for a phone. */
  isNarrow: boolean;
}

/** One system's mean with its interval. */
export interface SystemPoint {
  name: string;
  mean: number;
  low: number;
  high: number;
}

/** One cell of the heat map. */
export interface HeatCell {
  alpha: number;
  topK: number;
  mean: number;
  chosen: boolean;
}

/** A system as a point of a plot. */
export function systemPoint(
  name: string,
  { mean, interval }: { mean: number; interval: { low: number; high: number } },
): SystemPoint {
  return { name, mean, low: interval.low, high: interval.high };
}

/** Means with their intervals, best first. */
export function intervalPlot(points: readonly SystemPoint[], measure: string): PlotSpec {
  const sort = [...points].sort((a, b) => b.mean - a.mean).map(({ name }) => name);
  const y = { field: "name", type: "nominal", sort, title: null, axis: { labelLimit: 150 } };
  return {
    data: { values: points },
    height: 28 * points.length,
    encoding: { y },
    layer: [
      {
        mark: { type: "rule", color: placeholder("muted"), strokeWidth: 2 },
        encoding: {
          x: { field: "low", type: "quantitative", scale: { zero: false }, title: measure },
          x2: { field: "high" },
        },
      },
      {
        mark: { type: "point", filled: true, size: 90, color: placeholder("accent") },
        encoding: { x: { field: "mean", type: "quantitative", scale: { zero: false } } },
      },
    ],
  };
}

/** Differences by query, largest gain first. */
export function differencePlot(differences: readonly number[], measure: string): PlotSpec {
  return {
    data: { values: differences.map((difference, index) => ({ rank: index + 1, difference })) },
    height: 200,
    mark: { type: "bar" },
    encoding: {
      x: {
        field: "rank",
        type: "ordinal",
        axis: { labels: false, ticks: false },
        title: "queries, best change first",
        scale: { paddingInner: 0 },
      },
      y: { field: "difference", type: "quantitative", title: `difference in ${measure}` },
      color: { condition: { test: "datum.difference < 0", value: placeholder("bad") }, value: placeholder("good") },
    },
  };
}

/** The mean over alpha and topK. */
export function heatPlot(cells: readonly HeatCell[], measure: string, { width }: PlotSize): PlotSpec {
  const means = cells.map(({ mean }) => mean);
  const middle = (Math.min(...means) + Math.max(...means)) / 2;
  const x = { field: "topK", type: "ordinal", title: "topK", axis: { labelAngle: 0 } };
  const y = { field: "alpha", type: "ordinal", sort: "descending", title: "alpha" };
  // In narrower cells the numbers would overlap; the table has them anyway.
  const hasNumbers = width / new Set(cells.map(({ topK }) => topK)).size > 42;
  return {
    data: { values: cells },
    height: 24 * new Set(cells.map(({ alpha }) => alpha)).size,
    encoding: { x, y },
    layer: [
      {
        mark: { type: "rect" },
        encoding: {
          color: { field: "mean", type: "quantitative", scale: { scheme: "viridis" }, legend: null, title: measure },
        },
      },
      ...(hasNumbers
        ? [
            {
              mark: { type: "text", fontSize: 10 },
              encoding: {
                text: { field: "mean", type: "quantitative", format: ".3f" },
                color: { condition: { test: `datum.mean > ${middle}`, value: "#000000" }, value: "#ffffff" },
              },
            },
          ]
        : []),
      {
        transform: [{ filter: "datum.chosen" }],
        mark: { type: "rect", filled: false, stroke: placeholder("bad"), strokeWidth: 3 },
      },
    ],
  };
}

/** Observed against predicted probability; the diagonal is perfect agreement. */
export function reliabilityPlot(bins: readonly { predicted: number; observed: number }[]): PlotSpec {
  const axis = (field: string, title: string) => ({
    field,
    type: "quantitative",
    title,
    scale: { domain: [0, 1] },
    axis: { tickCount: 5 },
  });
  return {
    height: 300,
    encoding: { x: axis("predicted", "predicted probability"), y: axis("observed", "proportion relevant") },
    layer: [
      {
        data: {
          values: [
            { predicted: 0, observed: 0 },
            { predicted: 1, observed: 1 },
          ],
        },
        mark: { type: "line", color: placeholder("muted"), strokeDash: [5, 4] },
      },
      {
        data: { values: bins },
        mark: { type: "line", color: placeholder("accent"), point: { color: placeholder("accent"), size: 60 } },
      },
    ],
  };
}
