/**
 * Compares this build with an earlier one in one table, in alternating runs, with each measurement in a separate process.
 *
 *   npm run build && node benchmark/targets.js ../base            a built checkout of an earlier commit
 *   node benchmark/targets.js ../base --runs 3 --only first,start
 *
 * `first`: the default's first question over 100 passages of 40-470 tokens, `topN: 10`, compared with `late-en-v1` of the earlier build; `second`:
 * further questions with `late-en-v1`; `static`; `start`: from the import to the first score; `wasm`: `first` in WebAssembly. Where
 * benchmark/node_modules has transformers.js, `first` shows its cross-encoder too. Run it on an otherwise idle machine.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join, resolve } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { instructionSets } from "./instruction-sets.js";
import { mixedPassages, QUERY } from "./passages.js";

const OTHERS = [
  "when are roads gritted with salt?",
  "which metal conducts electricity and bends without breaking?",
  "why does bread dough rise slowly in the cold, and what does that do to its flavour?",
];
const here = fileURLToPath(new URL("..", import.meta.url));
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: "string", default: "5" },
    only: { type: "string", default: "first,second,static,start,wasm" },
    measure: { type: "string" },
  },
});
const texts = mixedPassages(100);
const documents = texts.map((pageContent) => ({ pageContent, metadata: {} }));
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** Runs work and says how long it took, how much CPU time that was, and how late the event loop was. */
async function timed(work) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const [started, before] = [performance.now(), process.cpuUsage()];
  const report = await work();
  const ms = performance.now() - started;
  const { user, system } = process.cpuUsage(before);
  delay.disable();
  return { ms, cpu: (user + system) / 1000, loop: delay.percentile(99) / 1e6, report };
}

const MEASURES = {
  async first({ load, model, runtime }) {
    const { OnnxLateInteraction } = await load("onnx");
    const { CrossEncoderReranker } = await load("index");
    // Keeps the threads, and no vectors.
    const threads = new OnnxLateInteraction({ cache: false, ...(runtime && { runtime }) });
    await threads.score("warm up", mixedPassages(32));
    const scorer = runtime && new OnnxLateInteraction({ runtime });
    const reranker = new CrossEncoderReranker({ topN: 10, ...(scorer ? { model: scorer } : model && { model }) });
    // Loads what the first call of a process loads besides.
    await reranker.rerank(
      mixedPassages(24).map((pageContent) => ({ pageContent: `Warm. ${pageContent.slice(0, 80)}`, metadata: {} })),
      "warm",
      { topN: 3 },
    );
    const { ms, cpu, loop, report } = await timed(async () => (await reranker.rerank(documents, QUERY)).report);
    return { ms, cpu, loop, tokens: report.tokens, stages: report.stages, cacheBytes: report.cache.bytes };
  },
  async second({ load }) {
    const { OnnxLateInteraction } = await load("onnx");
    const scorer = new OnnxLateInteraction();
    await scorer.score(QUERY, texts);
    const runs = [];
    for (const query of [...OTHERS, ...OTHERS.map((each) => `${each} please`)]) {
      let report;
      const onReport = (each) => {
        report = each;
      };
      const { ms } = await timed(() => scorer.score(query, texts, { onReport }));
      runs.push({ ms, compare: report.milliseconds.compare });
    }
    return { ms: median(runs.map(({ ms }) => ms)), compare: median(runs.map(({ compare }) => compare)) };
  },
  async static({ load }) {
    const { StaticLateInteraction } = await load("static");
    const scorer = new StaticLateInteraction();
    const runs = [];
    for (let run = 0; run < 10; run++) runs.push((await timed(() => scorer.score(QUERY, texts))).ms);
    return { ms: median(runs.slice(1)) };
  },
  async start({ load, model, runtime }) {
    const started = performance.now();
    if (runtime) {
      const { OnnxLateInteraction } = await load("onnx");
      await new OnnxLateInteraction({ runtime }).score(QUERY, texts.slice(0, 1));
    } else {
      const { CrossEncoderReranker } = await load("index");
      await new CrossEncoderReranker({ topN: 10, ...(model && { model }) }).rerank(documents.slice(0, 1), QUERY);
    }
    return { ms: performance.now() - started };
  },
};

if (options.measure) {
  const { what, root, ...rest } = JSON.parse(options.measure);
  const load = (name) => import(pathToFileURL(join(root, `dist/${name}.js`)).href);
  console.log(JSON.stringify(await MEASURES[what]({ load, ...rest })));
  process.exit(0);
}

if (positionals.length !== 1) {
  console.error("usage: node benchmark/targets.js FOLDER_OF_AN_EARLIER_BUILD");
  process.exit(2);
}
const base = resolve(positionals[0]);
const only = options.only.split(",");

function measure(what, settings) {
  const argument = JSON.stringify({ what, ...settings });
  return JSON.parse(execFileSync(process.execPath, [process.argv[1], "--measure", argument]).toString());
}

function transformers() {
  const contender = join(here, "benchmark/contenders.js");
  const given = [
    "transformers.js",
    join(here, "models/rerank-en-v1"),
    "onnx/model_int8.onnx",
    "mixed",
    "100",
    "1",
    "1",
  ];
  return { ms: JSON.parse(execFileSync(process.execPath, [contender, ...given]).toString()).seconds[0] * 1000 };
}

/** Medians of several measurements that take turns. */
function inTurns(contenders) {
  const results = contenders.map(() => []);
  for (let run = 0; run < Number(options.runs); run++)
    for (const [index, contender] of contenders.entries()) results[index].push(contender());
  return results.map((runs) =>
    Object.fromEntries(
      Object.keys(runs[0]).map((key) => [
        key,
        typeof runs[0][key] === "number" ? median(runs.map((each) => each[key])) : runs[0][key],
      ]),
    ),
  );
}

const now =
  (what, settings = {}) =>
  () =>
    measure(what, { root: here, ...settings });
const then =
  (what, settings = {}) =>
  () =>
    measure(what, { root: base, ...settings });
const rows = [];
const row = (...cells) => rows.push(cells);
const ms = (value) => `${value.toFixed(value < 100 ? 1 : 0)} ms`;
const ratio = (a, b) => (a / b).toFixed(3);
const timeRow = (what, before, after, target = "") => row(what, ms(before), ms(after), ratio(after, before), target);

if (only.includes("first")) {
  const hasPeer = existsSync(join(here, "benchmark/node_modules/@huggingface/transformers"));
  const contenders = [then("first", { model: "late-en-v1" }), now("first"), now("first", { model: "late-en-v1" })];
  const [before, byDefault, exact, peer] = inTurns([...contenders, ...(hasPeer ? [transformers] : [])]);
  timeRow("first question, default / late-en-v1 before", before.ms, byDefault.ms, "≤ .5");
  timeRow("the same, CPU time", before.cpu, byDefault.cpu);
  row("the same, tokens read", before.tokens, byDefault.tokens, ratio(byDefault.tokens, before.tokens), "");
  timeRow("the same, late-en-v1 of both", before.ms, exact.ms);
  row("event-loop delay p99", ms(before.loop), ms(byDefault.loop), "", "≤ 2 ms");
  const perToken = (each) => each.cacheBytes / each.tokens;
  row(
    "cached bytes per token, late-en-v1",
    perToken(before).toFixed(0),
    perToken(exact).toFixed(0),
    ratio(perToken(exact), perToken(before)),
    "≤ 140",
  );
  if (peer) timeRow("first question, default / transformers.js, cross-encoder", peer.ms, byDefault.ms, "≤ .4");
  console.log(`The default read: ${JSON.stringify(byDefault.stages)}\n`);
}
if (only.includes("second")) {
  const [before, after] = inTurns([then("second"), now("second")]);
  timeRow("second question, comparisons", before.compare, after.compare, "≤ .2");
  timeRow("second question, whole", before.ms, after.ms, "≤ .55");
}
if (only.includes("static")) {
  const [before, after] = inTurns([then("static"), now("static")]);
  timeRow("static-en-v1, 100 passages", before.ms, after.ms, "≤ .4");
}
if (only.includes("start")) {
  const [before, native, wasm] = inTurns([
    then("start", { model: "late-en-v1" }),
    now("start"),
    now("start", { runtime: "wasm" }),
  ]);
  timeRow("import to first score, native", before.ms, native.ms, "≤ 500 ms");
  row("import to first score, WebAssembly", "", ms(wasm.ms), "", "≤ 1,200 ms");
}
if (only.includes("wasm")) {
  const [native, wasm] = inTurns([now("first", { model: "late-en-v1" }), now("first", { runtime: "wasm" })]);
  timeRow("late-en-v1, WebAssembly / native (this build)", native.ms, wasm.ms);
  row("event-loop delay p99, WebAssembly", "", ms(wasm.loop), "", "≤ 2 ms");
}

console.log(
  `${cpus()[0].model}, ${availableParallelism()} cores (${instructionSets()}), Node ${process.version}; medians of ${options.runs}\n`,
);
console.log("| what | before | now | ratio | target |\n|---|---|---|---|---|");
for (const cells of rows) console.log(`| ${cells.join(" | ")} |`);
