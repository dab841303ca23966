// @ts-check
/**
 * Shows what a hybrid saves and what it costs: a bi-encoder alone, a cross-encoder over every candidate, and two hybrids of both.
 *
 *     node examples/hybrid/hybrid.js [FOLDER] [--queries N] [--svg FILE]
 *
 * FOLDER is a data set in BEIR's layout with a first-stage run (`*.trec`) in it, of which the first 100 a query are taken; else 30 questions
 * over 100 passages that ship.
 * MODEL, EMBEDDINGS: other models by name; else the bundled ones.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { CacheBackedEmbeddings } from "@langchain/classic/embeddings/cache_backed";
import { InMemoryStore } from "@langchain/core/stores";
import { CrossEncoderReranker, EmbeddingSimilarityReranker, HybridReranker } from "langchain-rerank";
import { evaluate, readBeir, tune } from "langchain-rerank/evaluation";
import { OnnxCrossEncoder, OnnxEmbeddings } from "langchain-rerank/onnx";
import { runAsProgram } from "../lib/program.js";
import { bicyclesAmongOthers } from "./bicycles.js";
import { draw } from "./picture.js";
import { firstQueries, halves } from "./split.js";

const MEASURES = ["RR@10", "nDCG@10"];

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { queries: { type: "string" }, svg: { type: "string", default: "hybrid.svg" }, json: { type: "boolean" } },
});

export async function main(folder = positionals[0]) {
  const all = folder ? await readBeir(folder) : await bicyclesAmongOthers();
  const data = firstQueries(all, flags.queries);
  const { train, test } = halves(data);

  // The ten lines to copy: how a hybrid is made, and tuned on questions of your own. The cache stands for the store that holds vectors.
  const encoder = new OnnxEmbeddings({ model: process.env.EMBEDDINGS ?? "late-en-v1" });
  const embeddings = CacheBackedEmbeddings.fromBytesStore(encoder, new InMemoryStore());
  const model = new OnnxCrossEncoder({ model: process.env.MODEL ?? "rerank-en-v1" });
  const { best, fastest } = await tune(train, { first: { dense: embeddings }, models: { cross: model }, within: 0.02 });
  const systems = {
    "bi-encoder alone": new EmbeddingSimilarityReranker({ embeddings }),
    "cross-encoder over all": new CrossEncoderReranker({ model }),
    "hybrid as documented": new HybridReranker({ embeddings, model, topK: 20, alpha: 0.7 }),
    "hybrid, tuned for the best": new HybridReranker(best.options),
    "hybrid, tuned for speed": new HybridReranker(fastest.options),
  };

  // Documents are embedded when they are stored, not when somebody asks: a first pass fills the cache and is not timed.
  await evaluate(systems["bi-encoder alone"], test, { depth: 100 });
  const rows = [];
  for (const [name, reranker] of Object.entries(systems)) {
    const { measures, seconds, documents } = await evaluate(reranker, test, {
      measures: MEASURES,
      depth: 100,
      warmUp: true,
    });
    const [rr, ndcg] = MEASURES.map(
      (measure) => /** @type {NonNullable<ReturnType<typeof measures.get>>} */ (measures.get(measure)),
    );
    const { low, high } = ndcg.interval;
    rows.push({
      name,
      rr: rr.mean,
      ndcg: ndcg.mean,
      low,
      high,
      seconds: seconds.mean,
      candidates: documents.given / test.queries.size,
    });
  }
  await Promise.all([encoder.dispose(), model.dispose()]);
  const models = { embedder: encoder.model, reranker: model.model };
  const queries = { train: train.queries.size, test: test.queries.size };
  return {
    dataset: data.name,
    ...models,
    queries,
    tuned: { best: best.setting, fastest: fastest.setting },
    rows,
    svg: await draw(rows),
  };
}

/** @param {Awaited<ReturnType<typeof main>>} outcome */
function print({ dataset, embedder, reranker, queries, tuned, rows, svg }) {
  console.log(
    `${dataset}: ${embedder} and ${reranker}, tuned on ${queries.train} questions, measured on ${queries.test} others\n`,
  );
  console.log(`${"".padEnd(28)} MRR@10  nDCG@10  95% interval   seconds per query`);
  for (const { name, rr, ndcg, low, high, seconds } of rows) {
    const [mrr, mean, from, to] = [rr, ndcg, low, high].map((value) => value.toFixed(3));
    console.log(`${name.padEnd(28)} ${mrr}   ${mean}    ${from}–${to}    ${seconds.toFixed(3)}`);
  }
  console.log(`\n${rows[0].candidates.toFixed(0)} candidates per question.`);
  for (const [name, { topK, alpha, normalization }] of Object.entries(tuned)) {
    console.log(`Tuned, ${name}: the cross-encoder reads the best ${topK}, alpha ${alpha}, ${normalization}.`);
  }
  writeFileSync(flags.svg, svg);
  console.log(`The chart is in ${flags.svg}.`);
}

await runAsProgram(import.meta.url, main, print);
