import type { TunedChoice } from "../tuning/choice.js";
import type { RatedSetting } from "../tuning/search.js";
import type { TuneResult } from "../tuning/tune-stages.js";
import { type Html, html, table } from "./html.js";
import { heatPlot } from "./plot-specs.js";
import { type Draw, figure } from "./render-plot.js";
import { digits } from "./sections.js";

/** What the report shows of tuning: a `TuneResult`, or what `tune` gives. */
export interface ReportTuning extends Pick<TuneResult, "settings" | "pareto" | "measure" | "split" | "within"> {
  best: ReportChoice;
  fastest: ReportChoice;
}

/** A setting that was chosen, and how it fares on queries that did not choose it. */
export type ReportChoice = Pick<TunedChoice, "setting" | "heldOut"> & { options: object };

/** What tuning chose, what it is worth on held-out queries, and how quality moves with alpha and topK. */
export async function tuningSection(draw: Draw, tuned: ReportTuning): Promise<Html> {
  const { measure, split } = tuned;
  const choices = [
    { name: "best", choice: tuned.best },
    { name: `fastest within ${(100 * tuned.within).toFixed(1)} % of the best`, choice: tuned.fastest },
  ];
  const rows = choices.map(({ name, choice: { setting, heldOut } }) => [
    name,
    ...settingCells(setting),
    digits(setting.mean),
    html`${digits(heldOut.mean)} <span class="muted">${digits(heldOut.interval.low)}–${digits(heldOut.interval.high)}</span>`,
    (1000 * setting.seconds).toPrecision(3),
  ]);
  const how = split.kind === "folds" ? `${split.parts}-fold cross-validation` : `${split.heldOut} held-out queries`;
  return html`<section><h2>Tuning</h2><p>${tuned.settings.length} settings. Figures on held-out queries come from ${how}: each choice was made
again without the queries that it is measured on.</p>
${table("Choices", ["choice", ...SETTING_COLUMNS, `${measure} where chosen`, `${measure} held out`, "ms a query"], rows)}
${await heatMap(draw, tuned)}
${table(
  "Settings that no other beats in quality and time",
  ["setting", measure, "ms a query"],
  tuned.pareto.map((each) => [describeSetting(each), digits(each.mean), (1000 * each.seconds).toPrecision(3)]),
)}
<h3>Options of the fastest</h3><pre tabindex="0"><code>${printOptions(tuned.fastest.options)}</code></pre></section>`;
}

/** Alpha × topK around the best setting, the rest of it kept. */
async function heatMap(draw: Draw, { settings, best, measure }: ReportTuning): Promise<Html> {
  const { first, model, normalization, alpha, topK } = best.setting;
  const cells = settings
    .filter((each) => each.first === first && each.model === model && each.normalization === normalization)
    .map((each) => ({
      alpha: each.alpha,
      topK: each.topK,
      mean: each.mean,
      chosen: each.alpha === alpha && each.topK === topK,
    }));
  const numbers = table(
    `${measure} by alpha and topK`,
    ["alpha", "topK", measure],
    cells.map((cell) => [cell.alpha, cell.topK, digits(cell.mean)]),
  );
  const describe = `${measure} by alpha and topK, for ${first} with ${model} and ${normalization}. The frame marks the best.`;
  return figure(draw, heatPlot(cells, measure), describe, numbers);
}

const SETTING_COLUMNS = ["first stage", "model", "topK", "alpha", "normalisation"] as const;

function settingCells({ first, model, topK, alpha, normalization }: RatedSetting): (string | number)[] {
  return [first, model, topK, alpha, normalization];
}

function describeSetting({ first, model, topK, alpha, normalization }: RatedSetting): string {
  return `${first} + ${model}, topK ${topK}, alpha ${alpha}, ${normalization}`;
}

const SHOWN = ["firstStageKey", "rrfK", "topK", "alpha", "normalization", "calibration", "threshold"] as const;

/** Options that are plain values. Models and embeddings are left out: their insides are nobody's business, and may hold keys. */
function printOptions(all: object): string {
  const options = all as Readonly<Record<string, unknown>>;
  const shown = SHOWN.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]);
  return JSON.stringify(Object.fromEntries(shown), undefined, 2);
}
