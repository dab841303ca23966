/**
 * Speed of this package's ONNX engine compared with its peers: same ONNX file, same passages, one run. Each contender has a separate process.
 *
 *   npm run bench                          the bundled int8 model
 *   npm run bench -- --model FOLDER        another one (an fp32 file: scripts/export_cross_encoder.py)
 *   npm run bench -- --python PYTHON       also sentence-transformers, where that Python has it (needs PyTorch weights in the folder)
 *   npm run bench -- --memory              also peak memory for 1,000 documents of 512 tokens against 100
 */
import { execFile, execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";

const run = promisify(execFile);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values: options } = parseArgs({
  options: {
    model: { type: "string", default: here("../models/rerank-en-v1") },
    python: { type: "string" },
    memory: { type: "boolean", default: false },
    runs: { type: "string", default: "5" },
  },
});
const cores = availableParallelism();
const folder = options.model;
const file = `onnx/${readdirSync(`${folder}/onnx`).find((name) => name.endsWith(".onnx"))}`;

if (!existsSync(here("node_modules/@huggingface/transformers"))) {
  console.error("Installing the peers (benchmark/package.json) …");
  execFileSync("npm", ["ci", "--ignore-scripts"], { cwd: here("."), stdio: ["ignore", "ignore", "inherit"] });
}

async function contend(name, { passages = "mixed", count = 100, threads = cores, runs = options.runs } = {}) {
  const args = [here("contenders.js"), name, folder, file, passages, count, threads, runs].map(String);
  const { stdout } = await run(process.execPath, args, { maxBuffer: 2 ** 28 });
  return JSON.parse(stdout.trim().split("\n").at(-1));
}

async function sentenceTransformers() {
  const { stdout } = await run(
    options.python,
    [here("python_peers.py"), "sentence-transformers", folder, file, options.runs],
    {
      maxBuffer: 2 ** 28,
    },
  );
  return JSON.parse(stdout.trim().split("\n").at(-1));
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const best = (numbers) => Math.min(...numbers);

console.log(`${cpus()[0].model}, ${cores} cores, Node ${process.version}; ${file} of ${folder.split("/").at(-1)}`);
console.log(`100 passages of 40–470 tokens, ${options.runs} runs after one that is not counted\n`);

const results = [
  {
    label: "transformers.js, one padded batch",
    ...(await contend("transformers.js", { runs: Math.min(3, options.runs) })),
  },
  ...(options.python ? [{ label: "sentence-transformers, PyTorch", ...(await sentenceTransformers()) }] : []),
  { label: `session.run, one by one, ${cores} threads`, floor: true, ...(await contend("floor, one by one")) },
  { label: `session.run, sorted eights, ${cores} threads`, floor: true, ...(await contend("floor, sorted eights")) },
  { label: "langchain-rerank, default settings", ours: true, ...(await contend("langchain-rerank", { threads: 0 })) },
  { label: "session.run, one by one, 1 thread", ...(await contend("floor, one by one", { threads: 1 })) },
  { label: "langchain-rerank, 1 worker of 1 thread", ...(await contend("langchain-rerank", { threads: 1 })) },
];

const ours = results.find(({ ours }) => ours);
console.log(
  "                                             best s  median s  this/ours  loop delay p50/p99/max ms  peak MB",
);
for (const { label, seconds, delay, peakMegabytes } of results) {
  const ratio = median(seconds) / median(ours.seconds);
  const loop = delay ? `${delay.p50} / ${delay.p99} / ${delay.max}` : "";
  console.log(
    `${label.padEnd(44)} ${best(seconds).toFixed(2).padStart(7)} ${median(seconds).toFixed(2).padStart(9)} ${ratio.toFixed(2).padStart(10)}  ${loop.padStart(25)} ${String(peakMegabytes).padStart(8)}`,
  );
}
const floor = Math.min(...results.filter((result) => result.floor).map(({ seconds }) => median(seconds)));
console.log(
  `\nOver the floor (the faster way of session.run on ${cores} threads): ${(100 * (median(ours.seconds) / floor - 1)).toFixed(1)}%`,
);
const single = (label) => median(results.find((result) => result.label === label).seconds);
const overSingle = single("langchain-rerank, 1 worker of 1 thread") / single("session.run, one by one, 1 thread") - 1;
console.log(`Over the floor, one thread each: ${(100 * overSingle).toFixed(1)}%`);

if (options.memory) {
  const peak = async (count) =>
    (await contend("langchain-rerank", { passages: "full", count, threads: 0, runs: 1 })).peakMegabytes;
  const [hundred, thousand] = [await peak(100), await peak(1000)];
  console.log(
    `Peak memory, documents of 512 tokens: 100 → ${hundred} MB, 1,000 → ${thousand} MB (${(thousand / hundred).toFixed(2)} times)`,
  );
}
