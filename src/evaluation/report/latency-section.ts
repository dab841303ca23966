import type { CompareResult } from "../compare.js";
import { formatDuration, formatMetric } from "../format.js";
import { paretoFront } from "../tuning/select.js";
import { type Html, html, table } from "./html.js";
import { latencyPlot } from "./latency-plot.js";
import { type Draw, figure } from "./render-plot.js";
import type { ReportInput } from "./types.js";

/** Quality against time; left out unless the times of at least two systems are known. */
export async function latencySection(
  draw: Draw,
  comparison: CompareResult,
  measure: string,
  seconds: ReportInput["seconds"],
): Promise<Html | undefined> {
  const points = comparison.runs.flatMap(({ name, measures }) => {
    const time = seconds?.get(name)?.mean;
    return time === undefined ? [] : [{ name, mean: measures.get(measure)!.mean, seconds: time }];
  });
  if (points.length < 2) return undefined;
  const front = paretoFront(points);
  const names = new Set(front.map(({ name }) => name));
  const numbers = table(
    `${measure} and time`,
    ["system", "number", measure, "time per query", "on the front"],
    points.map(({ name, mean, seconds: time }, index) => [
      name,
      index + 1,
      formatMetric(mean),
      formatDuration(time),
      names.has(name) ? "yes" : "no",
    ]),
  );
  const description = `${measure} against mean time per query. The dashed line joins the systems that no other beats in both: ${[...names].join(", ")}.`;
  // On a phone there is no room for names, so the points are numbered.
  const key = html`<ol class="narrow">${points.map(({ name }) => html`<li>${name}</li>`)}</ol>`;
  const plot = await figure(draw, (size) => latencyPlot(points, front, measure, size), description, numbers, key);
  return html`<section><h2>Quality against time</h2>${plot}</section>`;
}
