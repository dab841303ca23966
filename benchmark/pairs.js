/**
 * Time of one query in this build and in an earlier one, in alternating pairs, each measurement in a separate process.
 *
 *   npm run build && node benchmark/pairs.js ../base            a built checkout of an earlier commit
 *   node benchmark/pairs.js ../base --pairs 15 --model rerank-en-v1
 *
 * `cold` is the time from the import to the first result, and `warm` the median of later queries over the same 20 passages. Prints the median of
 * the ratios, now / before, and the middle half of them. Name a model (default: rerank-en-v1) that both builds have: the default model has
 * changed. Run it on an otherwise idle machine.
 */
import { execFileSync } from "node:child_process";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { mixedPassages, QUERY } from "./passages.js";

const PASSAGES = 20;
const WARM_QUERIES = 15;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pairs: { type: "string", default: "15" },
    model: { type: "string", default: "rerank-en-v1" },
    measure: { type: "string" },
  },
});

function quantile(numbers, share) {
  return [...numbers].sort((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(share * numbers.length))];
}

/** Milliseconds of the first query of this process and of later ones. */
async function measure(root) {
  const started = performance.now();
  const { CrossEncoderReranker } = await import(pathToFileURL(join(root, "dist/index.js")).href);
  const reranker = new CrossEncoderReranker({ model: options.model });
  const documents = mixedPassages(PASSAGES).map((pageContent) => ({ pageContent, metadata: {} }));
  await reranker.compressDocuments(documents, QUERY);
  const cold = performance.now() - started;
  const times = [];
  for (let query = 0; query < WARM_QUERIES; query++) {
    const before = performance.now();
    await reranker.compressDocuments(documents, `${QUERY} ${query}`);
    times.push(performance.now() - before);
  }
  return { cold, warm: quantile(times, 0.5) };
}

if (options.measure) {
  console.log(JSON.stringify(await measure(options.measure)));
  process.exit(0);
}
if (positionals.length !== 1) {
  console.error("usage: node benchmark/pairs.js FOLDER_OF_AN_EARLIER_BUILD [--pairs 15] [--model NAME]");
  process.exit(2);
}
const roots = { before: resolve(positionals[0]), now: fileURLToPath(new URL("..", import.meta.url)) };
const run = (build) => {
  const args = [process.argv[1], "--measure", roots[build], "--model", options.model];
  return JSON.parse(execFileSync(process.execPath, args).toString());
};
const pairs = Array.from({ length: Number(options.pairs) }, (_, index) => {
  // Whichever runs second finds warmer caches, so the order changes from pair to pair.
  const order = index % 2 === 0 ? ["before", "now"] : ["now", "before"];
  return Object.fromEntries(order.map((build) => [build, run(build)]));
});
console.log(`${options.model}, ${PASSAGES} passages, ${pairs.length} pairs\n`);
console.log("| query | before | now | ratio | middle half |\n|---|---|---|---|---|");
for (const kind of ["cold", "warm"]) {
  const of = (build) =>
    quantile(
      pairs.map((pair) => pair[build][kind]),
      0.5,
    );
  const ratios = pairs.map(({ before, now }) => now[kind] / before[kind]);
  const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => quantile(ratios, share).toFixed(3));
  console.log(`| ${kind} | ${of("before").toFixed(1)} ms | ${of("now").toFixed(1)} ms | ${middle} | ${low}–${high} |`);
}
