/**
 * Resident memory of a late-interaction model: after scoring 100 passages and after `dispose()`, minus what the process had before it imported
 * the package; and the time from the import to the first score. Every measurement is a fresh process.
 *
 *   node benchmark/memory.js                                          late-en-v1 with one, two and four workers
 *   node benchmark/memory.js --model late-multilingual-v1             another model
 *   node benchmark/memory.js --package . --package ../built-before    two built checkouts, alternating
 *   node benchmark/memory.js --bare                                   and sessions of onnxruntime-node alone, the least there can be
 *
 * Linux only: the numbers come from /proc/self/status.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { mixedPassages, QUERY } from "./passages.js";

const { values: options } = parseArgs({
  options: {
    model: { type: "string", default: "late-en-v1" },
    workers: { type: "string", default: "1,2,4" },
    package: { type: "string", multiple: true, default: [fileURLToPath(new URL("..", import.meta.url))] },
    runs: { type: "string", default: "3" },
    bare: { type: "boolean", default: false },
    measure: { type: "string" },
  },
});

function resident() {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))[1]) / 1024;
}

const BARE = "onnxruntime-node alone";

/** Runs in a separate process. */
async function measure({ folder, model, workers }) {
  const texts = mixedPassages(100);
  if (folder === BARE) return measureBare(model, texts, workers);
  const before = resident();
  const started = performance.now();
  const { OnnxLateInteraction } = await import(pathToFileURL(resolve(folder, "dist/onnx.js")).href);
  const scorer = new OnnxLateInteraction({ model, workers });
  await scorer.score(QUERY, texts.slice(0, 1));
  const first = performance.now() - started;
  await scorer.score(QUERY, texts);
  const scored = resident() - before;
  await scorer.dispose();
  const disposed = resident() - before;
  return { first, scored, disposed };
}

/** Each session runs every second of the lengths of the passages, from 4.2 characters per token. */
async function measureBare(model, texts, workers) {
  const lengths = texts
    .map((text) => Math.min(512, Math.ceil(text.length / 4.2)))
    .filter((_, index) => index % 2 === 0);
  const before = resident();
  const { startBareSessions } = await import("./memory/bare-session.js");
  const models = fileURLToPath(new URL("../models", import.meta.url));
  const stop = await startBareSessions(resolve(models, model), lengths, workers);
  const scored = resident() - before;
  await stop();
  return { scored, disposed: resident() - before };
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

function table() {
  const cases = options.workers.split(",").flatMap((workers) =>
    [...options.package, ...(options.bare ? [BARE] : [])].map((folder) => ({
      folder,
      model: options.model,
      workers: +workers,
    })),
  );
  const results = cases.map(() => []);
  for (let run = 0; run < Number(options.runs); run++) {
    for (const [index, each] of cases.entries()) {
      const output = execFileSync(process.execPath, [process.argv[1], "--measure", JSON.stringify(each)]);
      results[index].push(JSON.parse(output.toString()));
    }
  }
  console.log(`${cpus()[0].model}, ${availableParallelism()} cores, Node ${process.version}; ${options.model}`);
  console.log("Medians; MB of resident memory over that before the import\n");
  console.log("workers   100 passages scored   after dispose()   import to first score, ms   package");
  for (const [index, { folder, workers }] of cases.entries()) {
    const bare = folder === BARE;
    const of = (name) =>
      bare && name === "first" ? "–" : median(results[index].map((result) => result[name])).toFixed(0);
    const numbers = [of("scored").padStart(21), of("disposed").padStart(17), of("first").padStart(27)];
    console.log(`${String(workers).padStart(7)} ${numbers.join(" ")}   ${folder}`);
  }
}

if (options.measure) console.log(JSON.stringify(await measure(JSON.parse(options.measure))));
else table();
