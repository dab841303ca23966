/**
 * Compares the models of this package with the usual cross-encoder (six layers, 22.7 M parameters) in other packages, in one table: 100
 * passages of 40-470 tokens, one query; every measurement is a separate process, and contenders alternate.
 *
 *   npm run build && node benchmark/peers.js
 *   node benchmark/peers.js --python PYTHON     also sentence-transformers and FastEmbed, where that Python has them
 *
 * Run it on an otherwise idle machine.
 */
import { execFile, execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { instructionSets } from "./instruction-sets.js";

const run = promisify(execFile);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values: options } = parseArgs({
  options: { python: { type: "string" }, runs: { type: "string", default: "3" } },
});
const folder = here("../models/rerank-en-v1");
const FILE = "onnx/model_int8.onnx";

if (!existsSync(here("node_modules/@huggingface/transformers"))) {
  console.error("Installing transformers.js (benchmark/package.json) …");
  execFileSync("npm", ["ci", "--ignore-scripts"], { cwd: here("."), stdio: ["ignore", "ignore", "inherit"] });
}

/** Runs a program that scores all passages once for practice and then once for the record, and prints JSON. */
async function measure(program, args) {
  const { stdout } = await run(program, args, { maxBuffer: 2 ** 28 });
  return JSON.parse(stdout.trim().split("\n").at(-1));
}

const inNode = (name) => () =>
  measure(process.execPath, [here("contenders.js"), name, folder, FILE, "mixed", "100", "0", "1"]);
const inPython = (name) => () => measure(options.python, [here("python_peers.py"), name, folder, FILE, "1"]);

const contenders = [
  ["static-en-v1", inNode("static-en-v1")],
  ["the default, topN 10", inNode("default")],
  ["late-en-v1", inNode("late-en-v1")],
  ["rerank-en-v1", inNode("langchain-rerank")],
  ["transformers.js, file of rerank-en-v1", inNode("transformers.js")],
  ...(options.python
    ? [
        ["FastEmbed, file of rerank-en-v1", inPython("fastembed")],
        ["sentence-transformers, same size, fp32", inPython("sentence-transformers")],
      ]
    : []),
].map(([label, start]) => ({ label, start, results: [] }));

for (let turn = 0; turn < Number(options.runs); turn++)
  for (const contender of contenders) contender.results.push(await contender.start());

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const secondsOf = ({ results }) => median(results.map(({ seconds }) => seconds[0]));
const byDefault = secondsOf(contenders[1]);
console.log(`${cpus()[0].model}, ${availableParallelism()} cores, ${instructionSets()}; Node ${process.version}`);
console.log(`100 passages of 40-470 tokens, medians of ${options.runs} processes\n`);
console.log("| | seconds | × the default | peak MB | longest stop of the event loop, ms |\n|---|---|---|---|---|");
for (const contender of contenders) {
  const { label, results } = contender;
  const name = results[0].version ? `${label} (${results[0].version})` : label;
  const memory = median(results.map(({ peakMegabytes }) => peakMegabytes));
  const delay = results[0].delay ? median(results.map(({ delay }) => delay.max)).toFixed(0) : "";
  const seconds = secondsOf(contender);
  console.log(`| ${name} | ${seconds.toFixed(3)} | ${(seconds / byDefault).toFixed(2)} | ${memory} | ${delay} |`);
}
