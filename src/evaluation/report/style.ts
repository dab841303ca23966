/** Colors by meaning, for light and dark. Plots are drawn with placeholders, which {@link themeSvg} replaces. */
const COLORS = {
  ink: ["#1b1f24", "#e8eaed"],
  muted: ["#57606a", "#a3abb5"],
  grid: ["#d8dee4", "#3a424c"],
  accent: ["#0b57d0", "#8ab4f8"],
  good: ["#116a3d", "#6fd39b"],
  bad: ["#b3261e", "#f2938c"],
  page: ["#ffffff", "#16191d"],
  card: ["#f6f8fa", "#20252b"],
} as const;

/** Name of a color. */
export type ColorName = keyof typeof COLORS;

const NAMES = Object.keys(COLORS) as ColorName[];

/** A color that represents a name until the plot is drawn: Vega does not support CSS variables, and these occur nowhere else. */
export function placeholder(name: ColorName): string {
  return `#0102${(16 + NAMES.indexOf(name)).toString(16)}`;
}

/** Replaces placeholders with CSS variables, so that one drawing works in light and dark. */
export function themeSvg(svg: string): string {
  return NAMES.reduce((text, name) => text.replaceAll(placeholder(name), `var(--${name})`), svg);
}

const variables = (scheme: 0 | 1) => NAMES.map((name) => `--${name}:${COLORS[name][scheme]}`).join(";");

export const STYLE = `
:root{color-scheme:light dark;${variables(0)}}
@media (prefers-color-scheme:dark){:root{${variables(1)}}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:75rem;background:var(--page);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
h1{font-size:1.5rem;line-height:1.25}h2{font-size:1.2rem;margin-top:2.5rem}h3{font-size:1rem;margin-bottom:.25rem}
p,li{max-width:45rem}.muted{color:var(--muted)}
.skip{position:absolute;left:-999rem}.skip:focus{left:1rem;top:.5rem;background:var(--page);padding:.25rem .5rem}
a{color:var(--accent)}:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--muted);padding:.25rem 0}
th,td{text-align:right;padding:.3rem .6rem;border-bottom:1px solid var(--grid);white-space:nowrap}
th:first-child{text-align:left;padding-left:0}thead th{white-space:normal;vertical-align:bottom}tbody th{white-space:normal;max-width:24rem;overflow-wrap:anywhere}
@media (max-width:44rem){tbody th{min-width:8rem;max-width:11rem}}
figure{margin:1rem 0}figcaption{color:var(--muted)}svg{display:block;max-width:100%;height:auto}
.narrow{display:none}@media (max-width:44rem){.wide{display:none}.narrow{display:block}}ol.narrow{margin:.25rem 0;padding-left:1.75rem}
.orders{display:grid;grid-template-columns:1fr 1fr;gap:1rem}@media (max-width:44rem){.orders{grid-template-columns:1fr}}
.orders ol{margin:0;padding-left:1.75rem;overflow-wrap:anywhere}.orders h4{margin:.5rem 0;font-size:.95rem;overflow-wrap:anywhere}
.case{background:var(--card);border-radius:.5rem;padding:.5rem 1rem;margin:1rem 0}
.grade{display:inline-block;border:1px solid;border-radius:.25rem;padding:0 .35rem;font-size:.8rem;line-height:1.35}
.relevant{color:var(--good)}.irrelevant{color:var(--muted)}.good{color:var(--good)}.bad{color:var(--bad)}
code{overflow-wrap:anywhere}pre{background:var(--card);padding:.75rem;overflow-x:auto;border-radius:.5rem}
summary{cursor:pointer}
`;
