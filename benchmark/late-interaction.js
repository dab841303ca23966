/**
 * Late interaction over the same 100 documents: the first query, which encodes them, and those after it, which find their vectors.
 *
 *   node benchmark/late-interaction.js                   the bundled model with default settings
 *   node benchmark/late-interaction.js --model FOLDER    another one
 *   node benchmark/late-interaction.js --workers 1 --documents 1000 --runs 9
 *
 * Every run has a fresh scorer; what the first query costs is measured after the model is loaded.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { OnnxLateInteraction } from "../dist/onnx.js";
import { mixedPassages, QUERY } from "./passages.js";

const { values: options } = parseArgs({
  options: {
    model: { type: "string" },
    workers: { type: "string" },
    documents: { type: "string", default: "100" },
    runs: { type: "string", default: "5" },
  },
});
const texts = mixedPassages(Number(options.documents));
const queries = [
  "when are roads gritted with salt?",
  "which metal conducts electricity and bends without breaking?",
  "why does bread dough rise slowly in the cold, and what does that do to its flavour?",
];
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** One call: milliseconds, how long the event loop stood still at worst, and the scorer's own report. */
async function timed(scorer, query) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let report;
  delay.enable();
  const started = performance.now();
  await scorer.score(query, texts, {
    onReport: (told) => {
      report = told;
    },
  });
  const milliseconds = performance.now() - started;
  delay.disable();
  return { milliseconds, loop: delay.max / 1e6, report };
}

const folder = mkdtempSync(join(tmpdir(), "late-interaction-"));
const settings = {
  ...(options.model ? { model: options.model } : {}),
  ...(options.workers ? { workers: Number(options.workers) } : {}),
};
// Keeps nothing, and has the threads in common with the others: every one of them has loaded the model before anything is measured.
const warm = new OnnxLateInteraction({ ...settings, cache: false });
await warm.score("warm up", mixedPassages(32));
const runs = { first: [], second: [], folder: [] };
try {
  for (let run = 0; run < Number(options.runs); run++) {
    // Different options, so that it shares no vectors with the previous run.
    const scorer = new OnnxLateInteraction({ ...settings, cache: { maxBytes: 2 ** 28 + run } });
    runs.first.push(await timed(scorer, QUERY));
    for (const query of queries) runs.second.push(await timed(scorer, query));
    await scorer.dispose();
    const cache = { folder: join(folder, String(run)) };
    const writer = new OnnxLateInteraction({ ...settings, cache });
    await writer.score(QUERY, texts);
    await writer.dispose();
    const next = new OnnxLateInteraction({ ...settings, cache });
    runs.folder.push(await timed(next, QUERY));
    await next.dispose();
  }
} finally {
  await warm.dispose();
  rmSync(folder, { recursive: true, force: true });
}

const model = runs.first[0].report.model;
const { bytes } = runs.first[0].report.cache;
console.log(
  `${cpus()[0].model}, ${availableParallelism()} cores, Node ${process.version}; ${model}, ${texts.length} documents`,
);
console.log(
  `${(bytes / 1e6).toFixed(1)} MB of vectors, ${runs.first[0].report.tokens} tokens encoded by the first query\n`,
);
console.log("                                   median ms   best ms   × faster   longest loop stop ms");
const first = median(runs.first.map(({ milliseconds }) => milliseconds));
for (const [label, results] of [
  ["first query", runs.first],
  ["second query, vectors in memory", runs.second],
  ["first query, vectors in a folder", runs.folder],
]) {
  const times = results.map(({ milliseconds }) => milliseconds);
  const row = [median(times).toFixed(1), Math.min(...times).toFixed(1), (first / median(times)).toFixed(1)];
  const stop = Math.max(...results.map(({ loop }) => loop)).toFixed(1);
  console.log(
    `${label.padEnd(34)} ${row[0].padStart(9)} ${row[1].padStart(9)} ${row[2].padStart(10)} ${stop.padStart(22)}`,
  );
}
const { tokenize, inference, compare } = runs.second[0].report.milliseconds;
console.log(
  `\nOf a second query, summed over threads: tokenize ${tokenize.toFixed(1)}, encode ${inference.toFixed(1)}, compare ${compare.toFixed(1)} ms`,
);
