import { MissingDependencyError } from "../../errors.js";
import { Html, html } from "./html.js";
import type { PlotSpec } from "./plot-specs.js";
import { standIn, themeSvg } from "./style.js";

interface VegaLite {
  compile(spec: unknown): { spec: unknown };
}

interface Vega {
  parse(spec: unknown): unknown;
  View: new (runtime: unknown, options: object) => { toSVG(): Promise<string>; finalize(): unknown };
}

/** Draws one plot as SVG text of a given width in pixels. */
export type Draw = (spec: PlotSpec, width: number) => Promise<string>;

/**
 * Loads Vega, which only reports need.
 *
 * @throws MissingDependencyError when it is not installed.
 */
export async function loadPlots(): Promise<Draw> {
  const vega = await load<Vega>("vega");
  const vegaLite = await load<VegaLite>("vega-lite");
  return async (spec, width) => {
    const compiled = vegaLite.compile({
      ...spec,
      $schema: "https://vega.github.io/schema/vega-lite/v5.json",
      width,
      ...CHROME,
    }).spec;
    const view = new vega.View(vega.parse(compiled), { renderer: "none" });
    const svg = await view.toSVG();
    view.finalize();
    return themeSvg(svg);
  };
}

/** Specifiers in a variable keep bundlers of the rest from wanting these packages. */
async function load<T>(name: string): Promise<T> {
  try {
    const loaded = (await import(/* @vite-ignore */ /* webpackIgnore: true */ name)) as T & { default?: T };
    return "View" in (loaded as object) || "compile" in (loaded as object) ? loaded : loaded.default!;
  } catch (cause) {
    throw new MissingDependencyError(name, "Drawing a report", { cause, install: "npm install vega@5 vega-lite@5" });
  }
}

const CHROME = {
  background: null,
  padding: 4,
  autosize: { type: "fit-x", contains: "padding" },
  config: {
    font: "system-ui, sans-serif",
    view: { stroke: null },
    axis: {
      labelColor: standIn("muted"),
      titleColor: standIn("muted"),
      gridColor: standIn("grid"),
      domainColor: standIn("grid"),
      tickColor: standIn("grid"),
      labelFontSize: 12,
      titleFontSize: 12,
      titleFontWeight: "normal",
    },
    text: { fontSize: 12 },
  },
} as const;

const WIDTHS = { wide: 860, narrow: 340 } as const;

/**
 * A figure that fits both a desk and a phone: it is drawn for each, and the page shows the one that fits. To a screen reader it is one image
 * with a description; the numbers are in the table that goes with it.
 */
export async function figure(draw: Draw, spec: PlotSpec, description: string, numbers: Html): Promise<Html> {
  const drawings = await Promise.all(
    (Object.keys(WIDTHS) as (keyof typeof WIDTHS)[]).map(async (size) => {
      const svg = quietSvg(await draw(spec, WIDTHS[size]));
      return html`<div class="${size}" role="img" aria-label="${description}">${new Html(svg)}</div>\n`;
    }),
  );
  return html`<figure>${drawings}<figcaption>${description}</figcaption></figure>
<details><summary>The numbers of this figure</summary>${numbers}</details>`;
}

/** Vega labels every mark for screen readers, one by one, which is noise under a described image. */
function quietSvg(svg: string): string {
  return svg.replace(/ (aria-[a-z]+|role)="[^"]*"/g, "").replace("<svg ", '<svg aria-hidden="true" focusable="false" ');
}
