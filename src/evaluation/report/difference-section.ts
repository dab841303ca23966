import type { CompareResult } from "../compare.js";
import { formatDifference, formatMetric } from "../format.js";
import { type Html, html, table } from "./html.js";
import { differencePlot } from "./plot-specs.js";
import { type Draw, figure } from "./render-plot.js";

/** How two systems differ query by query. */
export async function differenceSection(
  draw: Draw,
  comparison: CompareResult,
  measure: string,
  [baseline, run]: readonly [string, string],
): Promise<Html> {
  const rows = queryDifferences(comparison, measure, [baseline, run]).reverse();
  const better = rows.filter(({ difference }) => difference > 0).length;
  const worse = rows.filter(({ difference }) => difference < 0).length;
  const numbers = table(
    `Differences in ${measure}`,
    ["query", baseline, run, "difference"],
    rows.map((row) => [row.query, formatMetric(row.before), formatMetric(row.after), formatDifference(row.difference)]),
  );
  const description =
    `Difference in ${measure} by query, ${run} minus ${baseline}, sorted: ${better} better, ${worse} worse, ` +
    `${rows.length - better - worse} equal.`;
  const spec = differencePlot(
    rows.map(({ difference }) => difference),
    measure,
  );
  return html`<section><h2>Query by query</h2>${await figure(draw, () => spec, description, numbers)}</section>`;
}

/** Values of two runs by query, largest loss first. */
export function queryDifferences(
  { runs, queries }: CompareResult,
  measure: string,
  [baseline, run]: readonly [string, string],
) {
  const values = (name: string) => runs.find((each) => each.name === name)!.measures.get(measure)!.perQuery;
  const [a, b] = [values(baseline), values(run)];
  return queries
    .map((query) => ({ query, before: a.get(query)!, after: b.get(query)!, difference: b.get(query)! - a.get(query)! }))
    .sort((x, y) => x.difference - y.difference);
}
