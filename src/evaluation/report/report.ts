import { InvalidInputError, InvalidOptionError } from "../../errors.js";
import type { CompareResult } from "../compare.js";
import type { CorpusDocument, Qrels, Run } from "../types.js";
import { html } from "./html.js";
import { loadPlots } from "./render-plot.js";
import { differenceSection, latencySection, summarySection } from "./sections.js";
import { STYLE } from "./style.js";
import { type ReportTuning, tuningSection } from "./tuning-section.js";
import { worstSection } from "./worst-section.js";

/** What the report needs to show orders of documents. */
export interface ReportTexts {
  queries: ReadonlyMap<string, string>;
  corpus: ReadonlyMap<string, CorpusDocument>;
  qrels: Qrels;
  /** By the names of the compared runs. */
  runs: ReadonlyMap<string, Run>;
}

/** What a report is made of. */
export interface ReportInput {
  /** Default: `Retrieval report`. */
  title?: string | undefined;
  comparison: CompareResult;
  /** The measure that plots show. Default: the first. */
  measure?: string | undefined;
  /** Wall seconds a query, by run. */
  seconds?: ReadonlyMap<string, { mean: number; p50?: number; p95?: number }> | undefined;
  /** Without them there is no list of worst queries. */
  texts?: ReportTexts | undefined;
  /** The two runs whose queries are held side by side. Default: the baseline, or the first run, and the best other one. */
  pair?: readonly [baseline: string, run: string] | undefined;
  tuned?: ReportTuning | undefined;
  /** Sentences at the top: what was measured, on what, how; warnings. */
  notes?: readonly string[] | undefined;
}

/**
 * One page that stands alone: light and dark, no script, no network. Needs the optional packages `vega` and `vega-lite`.
 *
 * @example
 * await writeFile("report.html", await renderReport({ comparison, seconds, texts: { ...data, runs } }));
 *
 * @throws MissingDependencyError, InvalidOptionError for a measure or a run that was not compared.
 */
export async function renderReport(input: ReportInput): Promise<string> {
  const { comparison, title = "Retrieval report" } = input;
  const names = comparison.runs.map(({ name }) => name);
  const measure = input.measure ?? comparison.runs[0]?.measures.keys().next().value;
  if (measure === undefined) throw new InvalidInputError("comparison", "holds no run");
  if (!comparison.runs[0]!.measures.has(measure)) {
    throw new InvalidOptionError("measure", measure, [...comparison.runs[0]!.measures.keys()].join(", "));
  }
  const pair = input.pair ?? choosePair(comparison, measure);
  const unknown = pair?.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new InvalidOptionError("pair", unknown, names.join(", "));
  const draw = await loadPlots();
  const sections = [
    await summarySection(draw, comparison, measure, input.seconds),
    await latencySection(draw, comparison, measure, input.seconds),
    pair && (await differenceSection(draw, comparison, measure, pair)),
    pair && input.texts && worstSection(comparison, measure, pair, input.texts),
    input.tuned && (await tuningSection(draw, input.tuned)),
  ];
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${title}</title><style>`;
  const body = html`</style></head><body><a class="skip" href="#main">Skip to the figures</a>
<header><h1>${title}</h1><p>${comparison.queries.length} judged queries; ${names.length} systems; intervals hold
${Math.round(100 * comparison.runs[0]!.measures.get(measure)!.interval.confidence)} % of bootstrap means.</p>
${input.notes?.map((note) => html`<p>${note}</p>`)}</header>
<main id="main">${sections}</main></body></html>
`;
  return page.text + STYLE + body.text;
}

/** The baseline and the best run that is not it. */
function choosePair({ runs, comparisons }: CompareResult, measure: string): readonly [string, string] | undefined {
  if (runs.length < 2) return undefined;
  const bases = new Set(comparisons.map(({ baseline }) => baseline));
  const base = bases.size === 1 ? [...bases][0]! : runs[0]!.name;
  const others = runs.filter(({ name }) => name !== base);
  const best = others.reduce((a, b) => (b.measures.get(measure)!.mean > a.measures.get(measure)!.mean ? b : a));
  return [base, best.name];
}
