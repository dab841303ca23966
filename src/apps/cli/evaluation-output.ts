import { writeFile } from "node:fs/promises";
import { loadPlots } from "../../evaluation/report/render-plot.js";
import { type CompareResult, type ReportInput, renderReport } from "../../evaluation.js";
import { renderTable } from "./terminal/table.js";
import { paint, terminalOf } from "./terminal/terminal.js";

/** Where results go beside the screen. */
export interface OutputOptions {
  json?: boolean;
  html?: string;
}

const three = (value: number): string => value.toFixed(3);

/** Means with intervals, one row a system. */
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
    const figures = measures.map((measure) => {
      const { mean, interval } = values.get(measure)!;
      return `${three(mean)} [${three(interval.low)}, ${three(interval.high)}]`;
    });
    return [name, ...figures, ...times];
  });
  return renderTable(columns, rows, terminalOf(process.stdout));
}

/** Differences with their p-values, one row a comparison. */
export function comparisonTable({ comparisons }: CompareResult): string {
  const titles = ["measure", "difference", "interval", "better/equal/worse", "p", "p Holm", "p t-test"];
  const columns = [{ title: "compared", shrink: true }, ...titles.map((title) => ({ title, align: "right" as const }))];
  const rows = comparisons.map((each) => [
    `${each.run} − ${each.baseline}`,
    each.measure,
    signed(each.difference),
    `[${signed(each.interval.low)}, ${signed(each.interval.high)}]`,
    `${each.wins}/${each.ties}/${each.losses}`,
    pValue(each.p),
    pValue(each.pHolm),
    pValue(each.pT),
  ]);
  return renderTable(columns, rows, terminalOf(process.stdout));
}

/** The result as JSON, Maps as objects. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, each) => (each instanceof Map ? Object.fromEntries(each) : each), 2);
}

/** Finds out before hours of work, not after them, whether a report can be drawn. */
export async function checkReport(path: string | undefined): Promise<void> {
  if (path !== undefined) await loadPlots();
}

/** Writes the report where one was asked for, and says where it lies. */
export async function writeReport(path: string | undefined, input: ReportInput): Promise<void> {
  if (path === undefined) return;
  await writeFile(path, await renderReport(input));
  process.stderr.write(`${paint(terminalOf(process.stderr), "dim", `report: ${path}`)}\n`);
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function signed(value: number): string {
  return `${value > 0 ? "+" : value < 0 ? "−" : "±"}${three(Math.abs(value))}`;
}

function pValue(p: number): string {
  return Number.isNaN(p) ? "–" : p < 0.001 ? "<0.001" : three(p);
}
