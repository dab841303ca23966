import { formatDuration, formatMetric } from "../format.js";
import type { Setting } from "../tuning/settings.js";
import { type Html, html, table } from "./html.js";
import { heatPlot } from "./plot-specs.js";
import { type Draw, figure } from "./render-plot.js";
import type { ReportTuning } from "./types.js";

/** What tuning chose, its quality on held-out queries, and how quality depends on alpha and topK. */
export async function tuningSection(draw: Draw, tuned: ReportTuning): Promise<Html> {
  const { measure, split, best, fastest, within } = tuned;
  const tolerance = `within ${(100 * within).toFixed(1)}% of the best`;
  const choices =
    best === fastest
      ? [{ name: `best, and fastest ${tolerance}`, choice: best }]
      : [
          { name: "best", choice: best },
          { name: `fastest ${tolerance}`, choice: fastest },
        ];
  const rows = choices.map(({ name, choice: { setting, heldOut } }) => [
    name,
    ...settingCells(setting),
    formatMetric(setting.mean),
    html`${formatMetric(heldOut.mean)} <span class="muted">${formatMetric(heldOut.interval.low)}–${formatMetric(heldOut.interval.high)}</span>`,
    formatDuration(setting.seconds),
  ]);
  const how = split.kind === "folds" ? `${split.parts}-fold cross-validation` : `${split.heldOut} held-out queries`;
  return html`<section><h2>Tuning</h2><p><strong>${tuned.verdict}</strong></p>
<p>${tuned.settings.length} settings. Held-out values come from ${how}: each choice was made again without the queries that it is measured
on.</p>
${table("Choices", ["choice", ...SETTING_COLUMNS, `${measure} when chosen`, `${measure} held out`, "time per query"], rows)}
${await heatMap(draw, tuned)}
${table(
  "Settings that no other beats in quality and time",
  ["setting", measure, "time per query"],
  tuned.pareto.map((each) => [describeSetting(each), formatMetric(each.mean), formatDuration(each.seconds)]),
)}
<h3>Options of the fastest</h3><pre tabindex="0"><code>${printOptions(tuned.fastest.options)}</code></pre></section>`;
}

/** Alpha × topK for the first stage, model and normalization of the best setting. */
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
    cells.map((cell) => [cell.alpha, cell.topK, formatMetric(cell.mean)]),
  );
  const description = `${measure} by alpha and topK, for ${first} with ${model} and ${normalization}. The frame marks the best.`;
  return figure(draw, (size) => heatPlot(cells, measure, size), description, numbers);
}

const SETTING_COLUMNS = ["first stage", "model", "topK", "alpha", "normalization"] as const;

function settingCells({ first, model, topK, alpha, normalization }: Setting): (string | number)[] {
  return [first, model, topK, alpha, normalization];
}

function describeSetting({ first, model, topK, alpha, normalization }: Setting): string {
  return `${first} + ${model}, topK ${topK}, alpha ${alpha}, ${normalization}`;
}

const SHOWN = ["firstStageKey", "topK", "alpha", "normalization", "calibration", "threshold"] as const;

/** Options that are plain values. Models and embeddings are left out, because their contents may include keys. */
function printOptions(all: object): string {
  const options = all as Readonly<Record<string, unknown>>;
  const shown = SHOWN.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]);
  return JSON.stringify(Object.fromEntries(shown), undefined, 2);
}
