import { MissingDependencyError } from "../../errors.js";
import { Html, html } from "./html.js";
import type { PlotSize, PlotSpec } from "./plot-specs.js";
import { placeholder, themeSvg } from "./style.js";

interface VegaLite {
  compile(spec: unknown): { spec: unknown };
}

interface Vega {
  parse(spec: unknown): unknown;
  View: new (runtime: unknown, options: object) => { toSVG(): Promise<string>; finalize(): unknown };
}

/** Draws a plot as SVG text with the given width in pixels. */
export type Draw = (spec: PlotSpec, width: number) => Promise<string>;

/**
 * Loads Vega, which only reports need.
 *
 * @throws MissingDependencyError when Vega is not installed.
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

/** The specifier is a variable so that bundlers do not require these optional packages. */
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
      labelColor: placeholder("muted"),
      titleColor: placeholder("muted"),
      gridColor: placeholder("grid"),
      domainColor: placeholder("grid"),
      tickColor: placeholder("grid"),
      labelFontSize: 12,
      titleFontSize: 12,
      titleFontWeight: "normal",
      labelOverlap: true,
      labelSeparation: 6,
    },
    text: { fontSize: 12 },
  },
} as const;

const SIZES: Readonly<Record<"wide" | "narrow", PlotSize>> = {
  wide: { width: 860, isNarrow: false },
  narrow: { width: 340, isNarrow: true },
};

/**
 * A figure for desktop and phone: it is drawn for both, and the page shows the one that fits. For screen readers it is one image with a
 * description; the numbers are in a table.
 *
 * @param key - shown below the plot
 */
export async function figure(
  draw: Draw,
  spec: (size: PlotSize) => PlotSpec,
  description: string,
  numbers: Html,
  key?: Html,
): Promise<Html> {
  const drawings = await Promise.all(
    Object.entries(SIZES).map(async ([name, size]) => {
      const svg = quietSvg(await draw(spec(size), size.width));
      return html`<div class="${name}" role="img" aria-label="${description}">${new Html(svg)}</div>\n`;
    }),
  );
  return html`<figure>${drawings}${key}<figcaption>${description}</figcaption></figure>
<details><summary>The numbers of this figure</summary>${numbers}</details>`;
}

/** Removes Vega's labels of single marks, which would repeat the image's description mark by mark. */
function quietSvg(svg: string): string {
  return svg.replace(/ (aria-[a-z]+|role)="[^"]*"/g, "").replace("<svg ", '<svg aria-hidden="true" focusable="false" ');
}
