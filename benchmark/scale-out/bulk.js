import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { at, CLI } from "./common.js";

export const TINY_BERT = at("test/fixtures/tiny-models/bert-one-logit");
const DEPTH = 100;
const WORDS = "bees ferries solar panels towns rivers bread bridges music winter harvest markets".split(" ");

/** A BEIR folder with a run of so many pairs, every document of which occurs once. Made once, and found again. */
export async function makeData(pairs) {
  const folder = join(tmpdir(), `langchain-rerank-bulk-${pairs}`);
  if (existsSync(join(folder, "complete"))) return folder;
  mkdirSync(folder, { recursive: true });
  const queries = Math.ceil(pairs / DEPTH);
  await writeLines(join(folder, "corpus.jsonl"), pairs, (index) =>
    JSON.stringify({ _id: `d${index}`, text: textOf(index) }),
  );
  await writeLines(join(folder, "queries.jsonl"), queries, (index) =>
    JSON.stringify({ _id: `q${index}`, text: `what is there on ${WORDS[index % WORDS.length]} ${index}?` }),
  );
  // A stride that shares no factor with powers of ten spreads the documents of a query over the corpus.
  await writeLines(join(folder, "run.trec"), pairs, (index) => {
    const rank = index % DEPTH;
    return `q${Math.floor(index / DEPTH)} Q0 d${(index * 7919) % pairs} ${rank + 1} ${DEPTH - rank} bm25`;
  });
  await writeLines(join(folder, "complete"), 1, () => "");
  return folder;
}

function textOf(index) {
  const words = Array.from({ length: 6 + (index % 9) }, (_, at) => WORDS[(index * (at + 3)) % WORDS.length]);
  return `${words.join(" ")} ${index}`;
}

async function writeLines(path, count, lineOf) {
  const file = createWriteStream(path);
  for (let start = 0; start < count; start += 1000) {
    const lines = Array.from({ length: Math.min(1000, count - start) }, (_, index) => lineOf(start + index));
    if (!file.write(`${lines.join("\n")}\n`)) await once(file, "drain");
  }
  file.end();
  await once(file, "close");
}

/** Starts `rank --run`. */
export function startRank(folder, out, more = []) {
  const args = ["rank", "--run", join(folder, "run.trec"), "--corpus", folder, "--out", out, "--model", TINY_BERT];
  return spawn(process.execPath, [CLI, ...args, ...more], { stdio: ["ignore", "ignore", "inherit"] });
}

/** Runs it to its end; returns the seconds. */
export async function rank(folder, out, more) {
  const started = performance.now();
  const [code] = await once(startRank(folder, out, more), "exit");
  if (code !== 0) throw new Error(`rank --run ended with ${code}`);
  return (performance.now() - started) / 1000;
}

/** Processor seconds of all processes that this one has started, and that have ended, with those that they had started. */
export function childSeconds() {
  const fields = readFileSync("/proc/self/stat", "utf8").split(") ").at(-1).split(" ");
  const [user, system] = [Number(fields[13]), Number(fields[14])];
  return (user + system) / TICKS_PER_SECOND;
}

/** Linux reports CPU time to programs in this unit, whatever its own clock is. */
const TICKS_PER_SECOND = 100;

/** A process and its children. */
export function family(pid) {
  const children = readdirSync("/proc").filter(
    (entry) => /^\d+$/.test(entry) && status(entry, /^PPid:\s*(\d+)/m) === pid,
  );
  return [pid, ...children.map(Number)];
}

/** A number of /proc/PID/status; `undefined` when the process has ended. */
export function status(pid, pattern) {
  try {
    const found = pattern.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return found === undefined ? undefined : Number(found);
  } catch {
    return undefined;
  }
}
