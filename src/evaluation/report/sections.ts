import type { CompareResult } from "../compare.js";
import { paretoFront } from "../tuning/select.js";
import { type Html, type HtmlValue, html, table } from "./html.js";
import { differencePlot, intervalPlot, latencyPlot, type SystemPoint } from "./plot-specs.js";
import { type Draw, figure } from "./render-plot.js";
import type { ReportInput } from "./report.js";

/** Three digits: more would say more than the intervals allow. */
export const digits = (value: number): string => value.toFixed(3);

/** A p-value as it is read: small ones by their bound. */
export const pValue = (p: number): string => (Number.isNaN(p) ? "–" : p < 0.001 ? "< 0.001" : p.toFixed(3));

const signed = (value: number): string => `${value > 0 ? "+" : value < 0 ? "−" : "±"}${digits(Math.abs(value))}`;

const milliseconds = (seconds: number): string => `${(1000 * seconds).toPrecision(3)} ms`;

/** Every system's figures, and which differences are more than chance. */
export async function summarySection(
  draw: Draw,
  comparison: CompareResult,
  measure: string,
  seconds: ReportInput["seconds"],
): Promise<Html> {
  const measures = [...comparison.runs[0]!.measures.keys()];
  const rows = comparison.runs.map(({ name, measures: values }): HtmlValue[] => [
    name,
    ...measures.map((each) => {
      const { mean, interval } = values.get(each)!;
      return html`${digits(mean)} <span class="muted">${digits(interval.low)}–${digits(interval.high)}</span>`;
    }),
    ...(seconds ? [times(seconds.get(name))] : []),
  ]);
  const columns = ["system", ...measures, ...(seconds ? ["time a query"] : [])];
  const points = comparison.runs.map(({ name, measures: values }) => systemPoint(name, values.get(measure)!, seconds));
  const numbers = table(
    `${measure} with intervals`,
    ["system", "mean", "low", "high"],
    points.map(({ name, mean, low, high }) => [name, digits(mean), digits(low), digits(high)]),
  );
  const describe = `${measure} of each system: the dot is the mean, the line its interval.`;
  return html`<section><h2>Quality</h2>${table("Means and intervals", columns, rows)}
${await figure(draw, intervalPlot(points, measure), describe, numbers)}
${comparison.comparisons.length > 0 && comparisonTable(comparison)}</section>`;
}

function comparisonTable({ comparisons }: CompareResult): Html {
  const columns = [
    "compared",
    "measure",
    "difference",
    "interval",
    "better / equal / worse",
    "p, randomisation",
    "p, Holm",
    "p, t-test",
  ];
  const rows = comparisons.map((each): HtmlValue[] => [
    `${each.run} − ${each.baseline}`,
    each.measure,
    html`<span class="${each.pHolm < 0.05 ? (each.difference > 0 ? "good" : "bad") : "muted"}">${signed(each.difference)}</span>`,
    `${signed(each.interval.low)} to ${signed(each.interval.high)}`,
    `${each.wins} / ${each.ties} / ${each.losses}`,
    pValue(each.p),
    pValue(each.pHolm),
    pValue(each.pT),
  ]);
  return html`<h3>Differences</h3><p>A difference is more than chance at the 5 % level when p after Holm's correction is below 0.05.</p>
${table("Differences between systems", columns, rows)}`;
}

/** Quality against time, where times are known. */
export async function latencySection(
  draw: Draw,
  comparison: CompareResult,
  measure: string,
  seconds: ReportInput["seconds"],
): Promise<Html | undefined> {
  const points = comparison.runs
    .map(({ name, measures }) => systemPoint(name, measures.get(measure)!, seconds))
    .filter(({ milliseconds: time }) => time !== undefined);
  if (points.length < 2) return undefined;
  const front = paretoFront(points.map((point) => ({ ...point, seconds: point.milliseconds! / 1000 })));
  const names = new Set(front.map(({ name }) => name));
  const numbers = table(
    `${measure} and time`,
    ["system", measure, "milliseconds a query", "on the front"],
    points.map((point) => [
      point.name,
      digits(point.mean),
      point.milliseconds!.toPrecision(3),
      names.has(point.name) ? "yes" : "no",
    ]),
  );
  const describe = `${measure} against mean time a query. The dashed line joins the systems that no other beats in both: ${[...names].join(", ")}.`;
  return html`<section><h2>Quality against time</h2>${await figure(draw, latencyPlot(points, front, measure), describe, numbers)}</section>`;
}

/** How two systems differ query by query. */
export async function differenceSection(
  draw: Draw,
  comparison: CompareResult,
  measure: string,
  [base, run]: readonly [string, string],
): Promise<Html> {
  const rows = queryDifferences(comparison, measure, [base, run]).reverse();
  const better = rows.filter(({ difference }) => difference > 0).length;
  const worse = rows.filter(({ difference }) => difference < 0).length;
  const numbers = table(
    `Differences in ${measure}`,
    ["query", base, run, "difference"],
    rows.map((row) => [row.query, digits(row.before), digits(row.after), signed(row.difference)]),
  );
  const describe = `Difference in ${measure} by query, ${run} minus ${base}, sorted: ${better} better, ${worse} worse, ${rows.length - better - worse} equal.`;
  const plot = differencePlot(
    rows.map(({ difference }) => difference),
    measure,
  );
  return html`<section><h2>Query by query</h2>${await figure(draw, plot, describe, numbers)}</section>`;
}

/** Values of two runs by query, the largest loss first. */
export function queryDifferences(
  { runs, queries }: CompareResult,
  measure: string,
  [base, run]: readonly [string, string],
) {
  const values = (name: string) => runs.find((each) => each.name === name)!.measures.get(measure)!.perQuery;
  const [a, b] = [values(base), values(run)];
  return queries
    .map((query) => ({ query, before: a.get(query)!, after: b.get(query)!, difference: b.get(query)! - a.get(query)! }))
    .sort((x, y) => x.difference - y.difference);
}

function systemPoint(
  name: string,
  { mean, interval }: { mean: number; interval: { low: number; high: number } },
  seconds: ReportInput["seconds"],
): SystemPoint {
  const time = seconds?.get(name)?.mean;
  return {
    name,
    mean,
    low: interval.low,
    high: interval.high,
    ...(time !== undefined && { milliseconds: 1000 * time }),
  };
}

function times(seconds: { mean: number; p50?: number; p95?: number } | undefined): string {
  if (!seconds) return "–";
  if (seconds.p50 === undefined || seconds.p95 === undefined) return milliseconds(seconds.mean);
  return `p50 ${milliseconds(seconds.p50)}, p95 ${milliseconds(seconds.p95)}`;
}
