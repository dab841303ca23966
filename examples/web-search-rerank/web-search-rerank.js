// @ts-check
/**
 * The best passages of a web search, without any vector database: search, fetch, read, split, and sort by an embedding model.
 *
 *     node examples/web-search-rerank/web-search-rerank.js ["a question of your own"] [--top 5] [--threshold 0.5]
 *
 * Searches with SearXNG (SEARXNG_URL), Tavily (TAVILY_API_KEY) or Brave (BRAVE_API_KEY); without one, over the pages that ship, which a local
 * server hands out. Embeds with Ollama (OLLAMA_MODEL, OLLAMA_HOST); without it, with the model that ships.
 */
import { parseArgs } from "node:util";
import { EmbeddingSimilarityReranker } from "langchain-rerank";
import { runAsProgram } from "../lib/program.js";
import { embedders } from "./embedders.js";
import { fetchPages } from "./fetch-pages.js";
import { passagesOf } from "./passages.js";
import { startSampleSite } from "./sample-site.js";
import { configuredEngine, searxng } from "./search.js";
import { JUDGED, similaritySpread, titleAndText } from "./thresholds.js";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { top: { type: "string", default: "5" }, threshold: { type: "string" }, json: { type: "boolean" } },
});

export async function main(question = positionals[0] ?? JUDGED.cold) {
  const models = await embedders(process.env);
  const configured = configuredEngine(process.env);
  const site = configured ? undefined : await startSampleSite();
  try {
    const engine = configured ?? searxng(/** @type {NonNullable<typeof site>} */ (site).url);
    const threshold = flags.threshold === undefined ? undefined : Number(flags.threshold);

    // The ten lines to copy.
    const results = await engine.search(question);
    const { pages, skipped } = await fetchPages(results, { concurrency: 6, timeout: 3000, maxBytes: 1e6 });
    const { passages, unreadable } = await passagesOf(pages, { chunkSize: 400 });
    const { embeddings } = models[0];
    const reranker = new EmbeddingSimilarityReranker({
      embeddings,
      text: titleAndText,
      topN: Number(flags.top),
      threshold,
    });
    const best = await reranker.compressDocuments(passages, question);

    return {
      question,
      searched: site ? "the pages that ship" : engine.service,
      model: models[0].name,
      results: results.length,
      skipped: [...skipped, ...unreadable],
      passages: passages.length,
      firstResult: results[0]?.title,
      best: best.map(({ pageContent, metadata }) => ({ ...metadata, text: pageContent })),
      spreads: site ? await Promise.all(models.map((model) => similaritySpread(model, passages))) : [],
    };
  } finally {
    await site?.stop();
    await Promise.all(models.map(({ dispose }) => dispose?.()));
  }
}

/** @param {Awaited<ReturnType<typeof main>>} outcome */
function print({ question, searched, model, results, skipped, passages, firstResult, best, spreads }) {
  console.log(
    `“${question}”\n\n${results} results of ${searched}, ${passages} passages; the engine put first: ${firstResult}`,
  );
  for (const { url, reason } of skipped) console.log(`  left out: ${url}: ${reason}`);
  console.log(`\nBest by ${model}:`);
  for (const { sim, title, url, offset, text } of /** @type {any[]} */ (best)) {
    console.log(
      `\n  ${sim.toFixed(3)}  ${title}\n         ${url}, from character ${offset}\n         ${text.replaceAll(/\s+/g, " ")}`,
    );
  }
  if (!spreads.length) return;
  console.log(
    `\nThe useful threshold moves with the model (three questions, passages judged by hand; the best by F1):\n`,
  );
  console.log(
    `  ${"".padEnd(20)} answers: lowest  median  highest   others: median   p90  highest   threshold  precision  recall`,
  );
  for (const { model, answers, others, threshold, precision, recall } of spreads) {
    const [low, mid, high, median, p90, top, best, p, r] = [
      ...[answers.lowest, answers.median, answers.highest, others.median, others.p90, others.highest],
      ...[threshold, precision, recall],
    ].map((value) => value.toFixed(2).padStart(5));
    console.log(
      `  ${model.padEnd(20)}          ${low}   ${mid}    ${high}           ${median} ${p90}    ${top}       ${best}      ${p}   ${r}`,
    );
  }
}

await runAsProgram(import.meta.url, main, print);
