import { standIn } from "./style.js";

/** A Vega-Lite specification; its own types would tie users of this package to Vega's. */
export type PlotSpec = Readonly<Record<string, unknown>>;

/** One system's figure with its interval, and its time where it is known. */
export interface SystemPoint {
  name: string;
  mean: number;
  low: number;
  high: number;
  /** Milliseconds a query. */
  milliseconds?: number;
}

/** One cell of the heat map. */
export interface HeatCell {
  alpha: number;
  topK: number;
  mean: number;
  chosen: boolean;
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
        mark: { type: "rule", color: standIn("muted"), strokeWidth: 2 },
        encoding: {
          x: { field: "low", type: "quantitative", scale: { zero: false }, title: measure },
          x2: { field: "high" },
        },
      },
      {
        mark: { type: "point", filled: true, size: 90, color: standIn("accent") },
        encoding: { x: { field: "mean", type: "quantitative", scale: { zero: false } } },
      },
    ],
  };
}

/** Quality against time. Systems that none beats in both are joined by a line. */
export function latencyPlot(points: readonly SystemPoint[], front: readonly SystemPoint[], measure: string): PlotSpec {
  const x = {
    field: "milliseconds",
    type: "quantitative",
    scale: { type: "sqrt", nice: true },
    axis: { tickCount: 5 },
    title: "milliseconds a query",
  };
  const y = { field: "mean", type: "quantitative", scale: { zero: false, padding: 20 }, title: measure };
  const label = { type: "text", dy: -10, color: standIn("ink"), limit: 140 };
  const right = Math.max(...points.map(({ milliseconds }) => milliseconds!)) / 2;
  return {
    height: 260,
    layer: [
      {
        data: { values: front },
        mark: { type: "line", interpolate: "step-after", color: standIn("accent"), strokeDash: [5, 4] },
        encoding: { x, y },
      },
      {
        data: { values: points },
        mark: { type: "point", filled: true, size: 80, color: standIn("accent") },
        encoding: { x, y },
      },
      ...(["left", "right"] as const).map((align) => ({
        data: {
          values: points.filter(({ milliseconds }) =>
            align === "left" ? milliseconds! <= right : milliseconds! > right,
          ),
        },
        mark: { ...label, align },
        encoding: { x, y, text: { field: "name" } },
      })),
    ],
  };
}

/** Differences by query, largest gain first. */
export function differencePlot(differences: readonly number[], measure: string): PlotSpec {
  return {
    data: { values: differences.map((difference, rank) => ({ rank: rank + 1, difference })) },
    height: 200,
    mark: { type: "bar" },
    encoding: {
      x: {
        field: "rank",
        type: "ordinal",
        axis: { labels: false, ticks: false },
        title: `queries, best change first`,
        scale: { paddingInner: 0 },
      },
      y: { field: "difference", type: "quantitative", title: `difference in ${measure}` },
      color: { condition: { test: "datum.difference < 0", value: standIn("bad") }, value: standIn("good") },
    },
  };
}

/** The mean over alpha and topK. */
export function heatPlot(cells: readonly HeatCell[], measure: string): PlotSpec {
  const means = cells.map(({ mean }) => mean);
  const middle = (Math.min(...means) + Math.max(...means)) / 2;
  const x = { field: "topK", type: "ordinal", title: "topK", axis: { labelAngle: 0 } };
  const y = { field: "alpha", type: "ordinal", sort: "descending", title: "alpha" };
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
      {
        mark: { type: "text", fontSize: 10 },
        encoding: {
          text: { field: "mean", type: "quantitative", format: ".3f" },
          color: { condition: { test: `datum.mean > ${middle}`, value: "#000000" }, value: "#ffffff" },
        },
      },
      {
        transform: [{ filter: "datum.chosen" }],
        mark: { type: "rect", filled: false, stroke: standIn("bad"), strokeWidth: 3 },
      },
    ],
  };
}
