import { writeFile } from "node:fs/promises";
import { formatDifference, formatMetric, formatPValue } from "../../evaluation/format.js";
import { loadPlots } from "../../evaluation/report/render-plot.js";
import { type CompareResult, type ReportInput, renderReport } from "../../evaluation.js";
import { renderTable } from "./terminal/table.js";
import { paint, terminalOf } from "./terminal/terminal.js";

/** Where results go, besides the screen. */
export interface OutputOptions {
  json?: boolean;
  html?: string;
}

/** Means with intervals, one row per system. */
export function qualityTable(
  { runs }: CompareResult,
  seconds?: ReadonlyMap<string, { mean: number; p50?: number; p95?: number }>,
): string {
  const measures = [...runs[0]!.measures.keys()];
  const numbers = [...measures, ...(seconds ? ["p50 ms", "p95 ms"] : [])];
  const columns = [{ title: "system", shrink: true }, ...numbers.map((title) => ({ title, align: "right" as const }))];
  const rows = runs.map(({ name, measures: values }) => {
    const time = seconds?.get(name);
    const times = seconds
      ? [time?.p50, time?.p95].map((each) => (each === undefined ? "–" : (1000 * each).toFixed(1)))
      : [];
    const means = measures.map((measure) => {
      const { mean, interval } = values.get(measure)!;
      return `${formatMetric(mean)} [${formatMetric(interval.low)}, ${formatMetric(interval.high)}]`;
    });
    return [name, ...means, ...times];
  });
  return renderTable(columns, rows, terminalOf(process.stdout));
}

/** Differences with their p-values, one row per comparison. */
export function comparisonTable({ comparisons }: CompareResult): string {
  const titles = ["measure", "difference", "interval", "better/equal/worse", "p", "p Holm"];
  const columns = [{ title: "compared", shrink: true }, ...titles.map((title) => ({ title, align: "right" as const }))];
  const rows = comparisons.map((each) => [
    `${each.run} − ${each.baseline}`,
    each.measure,
    formatDifference(each.difference),
    `[${formatDifference(each.interval.low)}, ${formatDifference(each.interval.high)}]`,
    `${each.wins}/${each.ties}/${each.losses}`,
    formatPValue(each.p),
    formatPValue(each.pHolm),
  ]);
  return renderTable(columns, rows, terminalOf(process.stdout));
}

/** The result as JSON, with Maps as objects. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, each) => (each instanceof Map ? Object.fromEntries(each) : each), 2);
}

/** Finds out whether a report can be drawn before hours of work instead of afterwards. */
export async function checkReport(path: string | undefined): Promise<void> {
  if (path !== undefined) await loadPlots();
}

/** Writes the report if one was requested, and prints its path. */
export async function writeReport(path: string | undefined, input: ReportInput): Promise<void> {
  if (path === undefined) return;
  await writeFile(path, await renderReport(input));
  process.stderr.write(`${paint(terminalOf(process.stderr), "dim", `report: ${path}`)}\n`);
}

/** Prints to standard output. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
