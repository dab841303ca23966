import type { CompareResult, Comparison } from "../compare.js";
import { formatDifference, formatDuration, formatMetric, formatPValue } from "../format.js";
import { type Html, type HtmlValue, html, table } from "./html.js";
import { intervalPlot, systemPoint } from "./plot-specs.js";
import { type Draw, figure } from "./render-plot.js";
import type { ReportInput, ReportSeconds } from "./types.js";

type Seconds = ReportInput["seconds"];

/** Every system with its quality; differences and p-values come first, because they say what the means are worth. */
export async function summarySection(
  draw: Draw,
  comparison: CompareResult,
  measure: string,
  seconds: Seconds,
): Promise<Html> {
  const points = comparison.runs.map(({ name, measures: values }) => systemPoint(name, values.get(measure)!));
  const numbers = table(
    `${measure} with intervals`,
    ["system", "mean", "low", "high"],
    points.map(({ name, mean, low, high }) => [name, formatMetric(mean), formatMetric(low), formatMetric(high)]),
  );
  const description = `${measure} of each system: the dot is the mean, the line its confidence interval.`;
  const differences = comparison.comparisons.length > 0 && differenceTable(comparison);
  const baselines = new Set(comparison.comparisons.map(({ baseline }) => baseline));
  // With one baseline the first table already has the p-values; otherwise the second table must follow at once.
  const isCompact = baselines.size === 1;
  return html`<section><h2>Quality</h2>${meansTable(comparison, measure, seconds, isCompact)}
${!isCompact && differences}
${await figure(draw, () => intervalPlot(points, measure), description, numbers)}
${isCompact && differences}</section>`;
}

function meansTable(
  { runs, comparisons }: CompareResult,
  measure: string,
  seconds: Seconds,
  hasBaseline: boolean,
): Html {
  const measures = [...runs[0]!.measures.keys()];
  const baseline = comparisons[0]?.baseline;
  const columns = [
    "system",
    ...measures,
    ...(hasBaseline ? [`difference in ${measure}`, "p, Holm"] : []),
    ...(seconds ? ["time per query"] : []),
  ];
  const rows = runs.map(({ name, measures: values }): HtmlValue[] => [
    name,
    ...measures.map((each) => {
      const { mean, interval } = values.get(each)!;
      return html`${formatMetric(mean)} <span class="muted">${formatMetric(interval.low)}–${formatMetric(interval.high)}</span>`;
    }),
    ...(hasBaseline ? differenceCells(comparisons.find((each) => each.run === name && each.measure === measure)) : []),
    ...(seconds ? [times(seconds.get(name))] : []),
  ]);
  const caption = hasBaseline
    ? `Means and intervals. Differences and p-values are those with ${baseline}.`
    : "Means and intervals";
  return table(caption, columns, rows);
}

function differenceCells(comparison: Comparison | undefined): HtmlValue[] {
  return comparison ? [coloredDifference(comparison), formatPValue(comparison.pHolm)] : ["baseline", ""];
}

function differenceTable({ comparisons }: CompareResult): Html {
  const columns = [
    "compared",
    "measure",
    "difference",
    "p, Holm",
    "p, randomization",
    "interval",
    "better / equal / worse",
  ];
  const rows = comparisons.map((each): HtmlValue[] => [
    `${each.run} − ${each.baseline}`,
    each.measure,
    coloredDifference(each),
    formatPValue(each.pHolm),
    formatPValue(each.p),
    `${formatDifference(each.interval.low)} to ${formatDifference(each.interval.high)}`,
    `${each.wins} / ${each.ties} / ${each.losses}`,
  ]);
  return html`<h3>Differences</h3><p>A difference is more than chance at the 5% level if p after Holm's correction is below 0.05.</p>
${table("Differences between systems", columns, rows)}`;
}

function coloredDifference({ difference, pHolm }: Comparison): Html {
  const color = pHolm < 0.05 ? (difference > 0 ? "good" : "bad") : "muted";
  return html`<span class="${color}">${formatDifference(difference)}</span>`;
}

function times(seconds: ReportSeconds | undefined): string {
  if (!seconds) return "–";
  if (seconds.p50 === undefined || seconds.p95 === undefined) return formatDuration(seconds.mean);
  return `p50 ${formatDuration(seconds.p50)}, p95 ${formatDuration(seconds.p95)}`;
}
