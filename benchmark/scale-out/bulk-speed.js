import { rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { childSeconds, makeData, rank } from "./bulk.js";
import { percentile, round } from "./common.js";

const ROUNDS = 3;

/**
 * Seconds of two processes with one thread each, of one such process, and of one process with default settings, which uses all cores; alternating.
 * CPU time sets the bound: no way takes less than its CPU seconds divided by the number of cores.
 */
export async function measure({ pairs = 50_000, model }) {
  const folder = await makeData(pairs);
  const more = model ? ["--model", model] : [];
  const ways = { oneThread: ["--processes", "1"], oneDefault: [], two: ["--processes", "2"] };
  const seconds = { oneThread: [], oneDefault: [], two: [] };
  const processor = { oneThread: [], oneDefault: [], two: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, args] of Object.entries(ways)) {
      const out = join(folder, "out.speed.trec");
      for (const path of [out, `${out}.partial`]) rmSync(path, { recursive: true, force: true });
      const before = childSeconds();
      seconds[name].push(await rank(folder, out, [...args, ...more]));
      processor[name].push(childSeconds() - before);
    }
  }
  const median = (values) => percentile(values, 0.5);
  const ofEach = (numberOf) => Object.fromEntries(Object.keys(ways).map((name) => [name, round(numberOf(name))]));
  const perfect = median(processor.two) / Math.min(2, availableParallelism());
  return {
    "seconds, median": ofEach((name) => median(seconds[name])),
    "CPU seconds, median": ofEach((name) => median(processor[name])),
    "cores used": ofEach((name) => median(processor[name]) / median(seconds[name])),
    "two compared with one thread": round(median(seconds.oneThread) / median(seconds.two)),
    "the same, if two kept two cores busy from start to end": round(median(seconds.oneThread) / perfect),
    "two compared with default settings": round(median(seconds.oneDefault) / median(seconds.two)),
  };
}
