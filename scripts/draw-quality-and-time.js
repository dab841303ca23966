/**
 * Draws the README's chart of quality against time from the table of `docs/hybrid-and-tuning.md`, so that every number is written once:
 *
 *     node scripts/draw-quality-and-time.js             writes docs/images/quality-and-time.svg
 *     node scripts/draw-quality-and-time.js --print     prints it
 */
import { readFileSync, writeFileSync } from "node:fs";

const PAGE = new URL("../docs/hybrid-and-tuning.md", import.meta.url);
const PICTURE = new URL("../docs/images/quality-and-time.svg", import.meta.url);

/** The table whose rows are drawn: the first below this heading. */
const HEADING = "### trec-dl-2020";

const WIDTH = 800;
const ROW = 34;
const TOP = 58;
const QUALITY = { left: 290, right: 560 };
const TIME = { left: 600, right: 730 };

/**
 * @typedef {{ system: string, quality: number, low: number, high: number, milliseconds: number | undefined }} Row
 *   nDCG@10, its 95% interval, and milliseconds per query where they were measured
 */

/**
 * Rows of the first table under {@link HEADING}.
 * @param {string} page
 * @returns {{ heading: string, rows: Row[] }}
 */
function readTable(page) {
  const lines = page.slice(page.indexOf(HEADING)).split("\n");
  const first = lines.findIndex((line) => line.startsWith("| system"));
  const last = lines.findIndex((line, index) => index > first && !line.startsWith("|"));
  const cells = (/** @type {string} */ line) => line.split("|").map((cell) => cell.trim());
  const names = cells(lines[first]);
  const rows = lines.slice(first + 2, last).map((line) => {
    const row = cells(line);
    const cell = (/** @type {string} */ name) => row[names.indexOf(name)] ?? "";
    const [low, high] = cell("95% interval").split("–").map(Number);
    const ms = row.at(-2) ?? "";
    return {
      system: cell("system"),
      quality: Number(cell("nDCG@10")),
      low,
      high,
      milliseconds: ms === "" ? undefined : Number(ms),
    };
  });
  return { heading: lines[0].replace(/^#+ /, ""), rows };
}

/**
 * The picture as SVG, for light and dark pages.
 * @param {ReturnType<typeof readTable>} table
 */
function draw({ heading, rows }) {
  const least = Math.floor(Math.min(...rows.map(({ low }) => low)) * 20) / 20;
  const most = Math.ceil(Math.max(...rows.map(({ high }) => high)) * 20) / 20;
  const slowest = Math.max(...rows.map(({ milliseconds = 0 }) => milliseconds));
  const best = Math.max(...rows.map(({ quality }) => quality));
  const x = (/** @type {number} */ quality) =>
    round(QUALITY.left + ((quality - least) / (most - least)) * (QUALITY.right - QUALITY.left));
  const bottom = TOP + rows.length * ROW;
  const firstTick = Math.ceil(least * 10 - 1e-9);
  const ticks = Array.from(
    { length: Math.floor(most * 10 + 1e-9) - firstTick + 1 },
    (_, index) => (firstTick + index) / 10,
  );
  const grid = ticks.map(
    (tick) =>
      `<line class="grid" x1="${x(tick)}" x2="${x(tick)}" y1="${TOP}" y2="${bottom}"/>` +
      `<text class="small" x="${x(tick)}" y="${bottom + 18}" text-anchor="middle">${tick.toFixed(2).slice(1)}</text>`,
  );
  const marks = rows.map((row, index) => drawRow(row, TOP + (index + 0.5) * ROW, { x, slowest, best }));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${bottom + 30}" role="img" aria-labelledby="title">
<title id="title">nDCG@10 and milliseconds per query: ${escaped(rows.map(describe).join("; "))}</title>
<style>
  text { font: 14px system-ui, sans-serif; fill: #1f2328 }
  .small { font-size: 12px; fill: #59636e }
  .grid { stroke: #d1d9e0 }
  .interval { stroke: #8c959f; stroke-width: 2 }
  .point { fill: #0969da }
  .time { fill: #54aeff }
  .best { font-weight: 600 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .small { fill: #9198a1 }
    .grid { stroke: #3d444d }
    .interval { stroke: #7d8590 }
    .point { fill: #58a6ff }
    .time { fill: #1f6feb }
  }
</style>
<text class="small" x="0" y="16">${escaped(heading)}; the first 100 of BM25, re-ranked</text>
<text x="${QUALITY.left}" y="42">nDCG@10, 95% interval</text>
<text x="${TIME.left}" y="42">ms per query</text>
${[...grid, ...marks].join("\n")}
</svg>
`;
}

/**
 * @param {Row} row
 * @param {number} y
 * @param {{ x: (quality: number) => number, slowest: number, best: number }} scale
 */
function drawRow({ system, quality, low, high, milliseconds }, y, { x, slowest, best }) {
  const width = round(((milliseconds ?? 0) / slowest) * (TIME.right - TIME.left));
  const time = milliseconds === undefined ? "" : String(milliseconds);
  return [
    `<text x="0" y="${y + 5}"${quality === best ? ' class="best"' : ""}>${escaped(system)}</text>`,
    `<line class="interval" x1="${x(low)}" x2="${x(high)}" y1="${y}" y2="${y}"/>`,
    `<circle class="point" cx="${x(quality)}" cy="${y}" r="6"/>`,
    `<rect class="time" x="${TIME.left}" y="${y - 7}" width="${width}" height="14"/>`,
    `<text class="small" x="${TIME.left + width + 6}" y="${y + 4}">${time}</text>`,
  ].join("\n");
}

/** @param {Row} row */
function describe({ system, quality, milliseconds }) {
  return `${system} ${quality.toFixed(3)}${milliseconds === undefined ? "" : `, ${milliseconds} ms`}`;
}

const round = (/** @type {number} */ number) => Math.round(number * 10) / 10;

const escaped = (/** @type {string} */ text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

const picture = draw(readTable(readFileSync(PAGE, "utf8")));
if (process.argv.includes("--print")) process.stdout.write(picture);
else writeFileSync(PICTURE, picture);
