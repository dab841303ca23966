import { formatMetric } from "../format.js";
import { type Html, html, table } from "./html.js";
import { reliabilityPlot } from "./plot-specs.js";
import { type Draw, figure } from "./render-plot.js";
import type { ReportCalibration } from "./types.js";

/** How well probabilities agree with judgments: one reliability diagram per system. */
export async function calibrationSection(draw: Draw, systems: readonly ReportCalibration[]): Promise<Html> {
  const diagrams: Html[] = [];
  for (const { name, reliability } of systems) {
    const numbers = table(
      `Reliability of ${name}`,
      ["bin", "texts", "predicted", "relevant"],
      reliability.bins.map(({ count, predicted, observed }, index) => [
        index + 1,
        count,
        formatMetric(predicted),
        formatMetric(observed),
      ]),
    );
    const description =
      `Reliability of ${name}: each point is one of ${reliability.bins.length} bins with equal numbers of texts. ` +
      "On the dashed diagonal, predicted probabilities equal the observed proportion of relevant texts.";
    diagrams.push(await figure(draw, () => reliabilityPlot(reliability.bins), description, numbers));
  }
  const rows = systems.map(({ name, calibration, reliability }) => [
    name,
    calibration ? `${calibration.slope.toPrecision(4)} · score + ${calibration.intercept.toPrecision(4)}` : "–",
    `${reliability.positives} / ${reliability.negatives}`,
    formatMetric(reliability.expectedCalibrationError),
    formatMetric(reliability.brierScore),
    formatMetric(reliability.priorBrierScore),
  ]);
  const columns = ["system", "log-odds", "relevant / other", "calibration error", "Brier score", "Brier of the prior"];
  return html`<section><h2>Calibration</h2>${table("Agreement of probabilities with judgments", columns, rows)}${diagrams}</section>`;
}
