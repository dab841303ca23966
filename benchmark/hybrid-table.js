// Quality and time of first stages, a cross-encoder and their blends, fixed and tuned, on BEIR folders; held-out metrics by 5-fold
// cross-validation. Prints Markdown.
//
//   npm run build && node benchmark/hybrid-table.js [--data <folder of data sets>] [--sets a,b] [--cross <name>] [--late <name>|none]
//                                                   [--first <name>] [--cache <folder>] [--limit <queries>] [--timed <queries>]
//
// The data sets are not part of this repository (default: the folder in RERANK_DATA, or `data`); absent ones are reported and skipped. Scores are stored in --cache, so that an
// interrupted run continues where it stopped. Times come from a separate pass over the first queries, one system after the other, on an
// otherwise idle machine (--timed 0 leaves it out). --first is "static-en-v1", the default first stage of a hybrid; "static", the cosine
// of its vectors alone; or an ONNX embedding model.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { evaluate, FileScoreCache, readBeir, tune } from "../dist/evaluation.js";
import { CrossEncoderReranker, EmbeddingSimilarityReranker, HybridReranker } from "../dist/index.js";
import { OnnxCrossEncoder, OnnxEmbeddings, OnnxLateInteraction } from "../dist/onnx.js";

const SPLITS = { "trec-dl-2020": "full" };
const DEPTH = 100;
const { values: given } = parseArgs({
  options: {
    data: { type: "string", default: process.env.RERANK_DATA ?? "data" },
    sets: { type: "string", default: "trec-dl-2020,scifact,cranfield,qed_dev" },
    cross: { type: "string" },
    late: { type: "string" },
    first: { type: "string", default: "static-en-v1" },
    cache: { type: "string", default: join(tmpdir(), "langchain-rerank-benchmark") },
    limit: { type: "string", default: "300" },
    timed: { type: "string", default: "20" },
  },
});
const limit = Number(given.limit);
const timed = Number(given.timed);

const cross = new OnnxCrossEncoder({ model: given.cross });
// Times are measured without cached vectors, as for documents that were never seen before.
const cache = timed > 0 ? false : { maxBytes: 2 ** 32 };
const late = given.late === "none" ? undefined : new OnnxLateInteraction({ model: given.late, cache });
const models = { cross, ...(late ? { late } : {}) };
const stage = await loadFirstStage(given.first);
const alone = stage.score
  ? new CrossEncoderReranker({ model: stage })
  : new EmbeddingSimilarityReranker({ embeddings: stage });
const first = { BM25: "run", [given.first]: stage, [`BM25 + ${given.first}`]: { fuse: ["BM25", given.first] } };
let shown = 0;
const print = (line) => process.stdout.write(`${line}\n`);

print(
  `Cross-encoder ${cross.model}, late interaction ${late?.model ?? "none"}, first stage ${given.first}, ${DEPTH} candidates of BM25 a query. ${cpus()[0].model}, ${cpus().length} cores.`,
);
mkdirSync(given.cache, { recursive: true });
for (const name of given.sets.split(",")) {
  const folder = join(given.data, name);
  if (existsSync(folder)) await measure(name, folder);
  else print(`\n${name}: skipped, there is no ${folder}`);
}
for (const scorer of Object.values(models)) await scorer.dispose();
await stage.dispose?.();

async function measure(name, folder) {
  const data = firstQueries(
    await readBeir(folder, { split: SPLITS[name], onWarning: ({ message }) => process.stderr.write(`${message}\n`) }),
  );
  const cache = await FileScoreCache.open(join(given.cache, `${name}.jsonl`));
  const stageKeys = {
    cross: ["cross", await fingerprint(cross.model)],
    ...(late ? { late: ["late", await fingerprint(late.model)] } : {}),
    [given.first]: ["first", await fingerprint(given.first)],
  };
  const tuned = await tune(data, { first, models, depth: DEPTH, cache, stageKeys, onProgress });
  await cache.close();
  const times = timed > 0 ? await time(data, tuned) : new Map();
  print(`\n### ${name}: ${data.queries.size} queries, ${tuned.settings.length} settings\n`);
  print(
    "| system | nDCG@10 | 95% interval | Δ best single | p | p, Holm | ms per query |\n|---|---|---|---|---|---|---|",
  );
  for (const { name: system, measures } of tuned.comparison.runs) {
    const { mean, interval } = measures.get("nDCG@10");
    const against = tuned.comparison.comparisons.find(({ run }) => run === system);
    const tests = against ? [signed(against.difference), p(against.p), p(against.pHolm)] : ["best single", "", ""];
    const milliseconds = times.get(system);
    const cells = [
      system,
      mean.toFixed(4),
      `${interval.low.toFixed(3)}–${interval.high.toFixed(3)}`,
      ...tests,
      milliseconds?.toFixed(0) ?? "",
    ];
    print(`| ${cells.join(" | ")} |`);
  }
  for (const rule of ["best", "fastest"]) print(`\nTuned, ${rule}: ${JSON.stringify(plain(tuned[rule].setting))}`);
  for (const { name: model, mean } of tuned.references.filter(({ kind }) => kind === "model")) {
    const kept = (100 * tuned.fastest.heldOut.mean) / mean;
    const faster = times.get(model) / times.get("tuned, fastest");
    print(
      `\nThe fastest keeps ${kept.toFixed(1)}% of nDCG@10 of ${model} over all candidates${timed > 0 ? ` at ${faster.toFixed(1)} times its speed` : ""}.`,
    );
  }
  const { searchSeconds, stages } = tuned;
  const share = (searchSeconds + stages.seconds) / stages.seconds;
  print(
    `Scoring every pair once took ${stages.seconds.toFixed(0)} s, the search ${searchSeconds.toFixed(1)} s: ${share.toFixed(3)} times scoring alone.`,
  );
}

/** Mean milliseconds per query of the real rerankers, over the first queries. */
async function time(data, tuned) {
  const some = firstQueries(data, timed);
  const hybrid = (options) => new HybridReranker({ model: cross, ...options });
  const both = { fuse: [{ metadataKey: "score" }, stage] };
  const systems = {
    [given.first]: alone,
    ...Object.fromEntries(Object.entries(models).map(([name, model]) => [name, new CrossEncoderReranker({ model })])),
    "BM25 + cross, defaults": hybrid({ firstStageKey: "score" }),
    [`${given.first} + cross, defaults`]: hybrid({ firstStage: stage }),
    [`BM25 + ${given.first} + cross, defaults`]: hybrid({ firstStage: both }),
    "tuned, best": new HybridReranker(tuned.best.options),
    "tuned, fastest": new HybridReranker(tuned.fastest.options),
  };
  const times = new Map([["BM25", 0]]);
  for (const [name, reranker] of Object.entries(systems)) {
    const { seconds } = await evaluate(reranker, some, { depth: DEPTH, warmUp: true, onWarning: () => {} });
    times.set(name, 1000 * seconds.mean);
  }
  return times;
}

function firstQueries(data, count = limit) {
  const kept = [...data.queries.keys()].slice(0, count);
  const pick = (map) => new Map(kept.filter((id) => map.has(id)).map((id) => [id, map.get(id)]));
  return { ...data, queries: pick(data.queries), qrels: pick(data.qrels), run: pick(data.run) };
}

async function loadFirstStage(name) {
  const { StaticEmbeddings, StaticLateInteraction } = await import("../dist/static.js");
  if (name === "static-en-v1") return new StaticLateInteraction();
  return name === "static" ? new StaticEmbeddings() : new OnnxEmbeddings({ model: name });
}

/** A model's name and a hash of its weights: scores of another file of the same name must not be taken from the cache. */
async function fingerprint(name) {
  const bundled = fileURLToPath(new URL(`../models/${name === "static" ? "static-en-v1" : name}`, import.meta.url));
  const folder = existsSync(name) ? name : bundled;
  if (!existsSync(folder)) return [name];
  const files = (await readdir(folder, { recursive: true }))
    .filter((file) => /\.(onnx|safetensors)$/.test(file))
    .sort();
  const hash = createHash("sha256");
  for (const file of files) hash.update(await readFile(join(folder, file)));
  return [name, hash.digest("hex")];
}

function onProgress({ done, total }) {
  if (Date.now() - shown < 10_000) return;
  shown = Date.now();
  process.stderr.write(`${done} of ${total} queries\n`);
}

function plain({ mean: _mean, seconds: _seconds, ...setting }) {
  return setting;
}

function signed(value) {
  return `${value > 0 ? "+" : value < 0 ? "−" : "±"}${Math.abs(value).toFixed(4)}`;
}

function p(value) {
  return value < 0.001 ? "< 0.001" : value.toFixed(3);
}
