import { InvalidInputError, InvalidOptionError } from "../../errors.js";
import { checkObject } from "../../options.js";
import type { CompareResult } from "../compare.js";
import { calibrationSection } from "./calibration-section.js";
import { differenceSection } from "./difference-section.js";
import { html } from "./html.js";
import { latencySection } from "./latency-section.js";
import { loadPlots } from "./render-plot.js";
import { STYLE } from "./style.js";
import { summarySection } from "./summary-section.js";
import { tuningSection } from "./tuning-section.js";
import type { ReportInput } from "./types.js";
import { worstSection } from "./worst-section.js";

/**
 * Renders one self-contained page: light and dark, without scripts or network access. Needs the optional packages `vega` and `vega-lite`.
 *
 * @throws MissingDependencyError when Vega is not installed.
 * @throws InvalidInputError when nothing was compared.
 * @throws InvalidOptionError when the input is no object, or `measure` or `pair` names something that was not compared.
 *
 * @example
 * await writeFile("report.html", await renderReport({ comparison, seconds, texts: { ...data, runs } }));
 */
export async function renderReport(input: ReportInput): Promise<string> {
  checkObject(input, "input");
  const { comparison, title = "Retrieval report" } = input;
  const names = comparison.runs.map(({ name }) => name);
  const measure = input.measure ?? comparison.runs[0]?.measures.keys().next().value;
  if (measure === undefined) throw new InvalidInputError("comparison", "It contains no run.");
  if (!comparison.runs[0]!.measures.has(measure)) {
    throw new InvalidOptionError("measure", measure, `one of ${[...comparison.runs[0]!.measures.keys()].join(", ")}`);
  }
  const pair = input.pair ?? choosePair(comparison, measure);
  const unknown = pair?.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new InvalidOptionError("pair", unknown, `two of ${names.join(", ")}`);
  const draw = await loadPlots();
  const sections = [
    await summarySection(draw, comparison, measure, input.seconds),
    input.tuned && (await tuningSection(draw, input.tuned)),
    await latencySection(draw, comparison, measure, input.seconds),
    input.calibrations?.length && (await calibrationSection(draw, input.calibrations)),
    pair && (await differenceSection(draw, comparison, measure, pair)),
    pair && input.texts && worstSection(comparison, measure, pair, input.texts),
  ];
  const head = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${title}</title><style>`;
  const body = html`</style></head><body><a class="skip" href="#main">Skip to the results</a>
<header><h1>${title}</h1><p>Judged queries: ${comparison.queries.length}. Systems: ${names.length}. Intervals are
${Math.round(100 * comparison.runs[0]!.measures.get(measure)!.interval.confidence)}% bootstrap confidence intervals.</p>
${input.notes?.map((note) => html`<p>${note}</p>`)}</header>
<main id="main">${sections}</main></body></html>
`;
  return head.text + STYLE + body.text;
}

/** The baseline and the best run that is not it. */
function choosePair({ runs, comparisons }: CompareResult, measure: string): readonly [string, string] | undefined {
  if (runs.length < 2) return undefined;
  const baseline = commonBaseline(comparisons) ?? runs[0]!.name;
  const others = runs.filter(({ name }) => name !== baseline);
  const best = others.reduce((a, b) => (b.measures.get(measure)!.mean > a.measures.get(measure)!.mean ? b : a));
  return [baseline, best.name];
}

/** The run that all comparisons are made with, if it is the same in all of them. */
function commonBaseline(comparisons: CompareResult["comparisons"]): string | undefined {
  const names = new Set(comparisons.map(({ baseline }) => baseline));
  return names.size === 1 ? [...names][0] : undefined;
}
