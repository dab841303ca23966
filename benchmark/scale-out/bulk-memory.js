import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { family, makeData, startRank, status } from "./bulk.js";
import { round, sleep } from "./common.js";

/** Peak memory of all processes of a long run, and of one of 10,000 pairs. */
export async function measure({ pairs = 1_000_000 }) {
  const small = await peakOf(10_000);
  const large = await peakOf(pairs);
  return { "10,000 pairs": small, [`${pairs} pairs`]: large, ratio: round(large.megabytes / small.megabytes, 3) };
}

async function peakOf(pairs) {
  const folder = await makeData(pairs);
  const out = join(folder, "out.memory.trec");
  for (const path of [out, `${out}.partial`]) rmSync(path, { recursive: true, force: true });
  const child = startRank(folder, out);
  const started = performance.now();
  const exit = once(child, "exit");
  const peaks = new Map();
  const anonymous = new Map();
  while (child.exitCode === null && child.signalCode === null) {
    for (const pid of family(child.pid)) {
      const peak = status(pid, /^VmHWM:\s*(\d+)/m);
      if (peak !== undefined) peaks.set(pid, peak / 1024);
      const now = status(pid, /^RssAnon:\s*(\d+)/m);
      if (now !== undefined) anonymous.set(pid, Math.max(anonymous.get(pid) ?? 0, now / 1024));
    }
    await sleep(50);
  }
  const [code] = await exit;
  if (code !== 0) throw new Error(`rank --run ended with ${code}`);
  const sum = (map) =>
    round(
      [...map.values()].reduce((total, value) => total + value, 0),
      1,
    );
  return {
    megabytes: sum(peaks),
    "of each process": [...peaks.values()].map((value) => round(value, 1)),
    "without mapped files": sum(anonymous),
    seconds: round((performance.now() - started) / 1000, 1),
  };
}
