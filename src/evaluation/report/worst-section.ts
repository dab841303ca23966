import type { CompareResult } from "../compare.js";
import { formatMetric } from "../format.js";
import { trecOrder } from "../ranking.js";
import { queryDifferences } from "./difference-section.js";
import { type Html, html } from "./html.js";
import type { ReportTexts } from "./types.js";

const QUERIES = 10;
const DOCUMENTS = 10;
const CHARACTERS = 160;

/** The queries that lose most, with the two orders next to each other. */
export function worstSection(
  comparison: CompareResult,
  measure: string,
  pair: readonly [string, string],
  texts: ReportTexts,
): Html {
  const worst = queryDifferences(comparison, measure, pair)
    .filter(({ difference }) => difference < 0)
    .slice(0, QUERIES);
  const [base, run] = pair;
  if (worst.length === 0)
    return html`<section><h2>Worst queries</h2><p>No query is worse with ${run} than with ${base}.</p></section>`;
  return html`<section><h2>Worst queries</h2><p>The ${worst.length} queries that lose most from ${base} to ${run}, with the first
${DOCUMENTS} documents of each. The badge is the grade; “?” means not judged.</p>
${worst.map(
  ({ query, before, after }) => html`<article class="case"><h3>${texts.queries.get(query) ?? query}</h3>
<p class="muted">query ${query}: ${measure} ${formatMetric(before)} → ${formatMetric(after)}</p>
<div class="orders">${pair.map((name) => order(name, query, texts))}</div></article>
`,
)}</section>`;
}

function order(name: string, query: string, { runs, corpus, qrels }: ReportTexts): Html {
  const ranking = trecOrder(runs.get(name)?.get(query) ?? new Map()).slice(0, DOCUMENTS);
  const judgments = qrels.get(query);
  const items = ranking.map((id) => {
    const grade = judgments?.get(id);
    const kind = (grade ?? 0) > 0 ? "relevant" : "irrelevant";
    const document = corpus.get(id);
    const text = document ? shorten(document.title || document.text) : id;
    return html`<li><span class="grade ${kind}" aria-label="${grade === undefined ? "not judged" : `grade ${grade}`}">${grade ?? "?"}</span> ${text}</li>`;
  });
  return html`<div><h4>${name}</h4>${items.length > 0 ? html`<ol>${items}</ol>` : html`<p>Nothing was returned.</p>`}</div>`;
}

function shorten(text: string): string {
  return text.length > CHARACTERS ? `${text.slice(0, CHARACTERS).trimEnd()}…` : text;
}
