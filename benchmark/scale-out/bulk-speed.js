import { rmSync } from "node:fs";
import { join } from "node:path";
import { makeData, rank } from "./bulk.js";
import { percentile, round } from "./common.js";

const ROUNDS = 3;

/**
 * Seconds of two processes with one thread each, of one such process, and of one process with default settings, which uses all cores; alternating.
 */
export async function measure({ pairs = 50_000, model }) {
  const folder = await makeData(pairs);
  const more = model ? ["--model", model] : [];
  const ways = { oneThread: ["--processes", "1"], oneDefault: [], two: ["--processes", "2"] };
  const seconds = { oneThread: [], oneDefault: [], two: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, args] of Object.entries(ways)) {
      const out = join(folder, "out.speed.trec");
      for (const path of [out, `${out}.partial`]) rmSync(path, { recursive: true, force: true });
      seconds[name].push(await rank(folder, out, [...args, ...more]));
    }
  }
  const median = (name) => percentile(seconds[name], 0.5);
  return {
    "seconds, median": Object.fromEntries(Object.keys(ways).map((name) => [name, round(median(name))])),
    "two against one thread": round(median("oneThread") / median("two")),
    "two against one as it comes": round(median("oneDefault") / median("two")),
  };
}
