import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { family, makeData, rank, startRank } from "./bulk.js";
import { sleep } from "./common.js";

const KILLS = 5;

/** A run that is killed at five random moments and resumed, and one in three shards: the output is that of one run. */
export async function measure({ pairs = 100_000 }) {
  const folder = await makeData(pairs);
  const fresh = (name) => {
    const out = join(folder, name);
    for (const path of [out, `${out}.partial`]) rmSync(path, { recursive: true, force: true });
    return out;
  };
  const whole = fresh("whole.trec");
  const seconds = await rank(folder, whole);
  const resumed = fresh("resumed.trec");
  const moments = [];
  for (let kill = 0; kill < KILLS; kill++) {
    const child = startRank(folder, resumed);
    const exit = once(child, "exit");
    const wait = Math.random() * (seconds / (KILLS - 1));
    moments.push(Math.round(wait * 1000));
    await Promise.race([sleep(wait * 1000), exit]);
    for (const pid of family(child.pid)) if (child.exitCode === null) process.kill(pid, "SIGKILL");
    await exit;
    if (child.exitCode === 0) break;
  }
  if (moments.length === KILLS) await rank(folder, resumed).catch(() => undefined);
  const shards = [];
  for (const shard of [1, 2, 3]) {
    shards.push(fresh(`shard.${shard}.trec`));
    await rank(folder, shards.at(-1), ["--shard", `${shard}/3`]);
  }
  const expected = readFileSync(whole);
  const same = {
    resumed: readFileSync(resumed).equals(expected),
    shards: Buffer.concat(shards.map((path) => readFileSync(path))).equals(expected),
  };
  return { "killed after ms": moments, "same bytes": same, ok: same.resumed && same.shards };
}
