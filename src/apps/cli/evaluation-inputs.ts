import { type Command, InvalidArgumentError } from "commander";
import { type Dataset, type DataWarning, FileScoreCache, readBeir } from "../../evaluation.js";
import { defaultModel } from "../../models/find.js";
import { finiteNumber, wholeNumber } from "./options.js";
import { ProgressBar } from "./terminal/progress-bar.js";
import { paint, terminalOf } from "./terminal/terminal.js";

/** Options that say what is measured, shared by `eval` and `tune`. */
export interface DataOptions {
  split?: string;
  run?: string;
  depth?: number;
  skip?: number;
  limit?: number;
  cache?: string;
}

/** Adds them to a command. */
export function addDataOptions(command: Command): Command {
  return command
    .argument("<folder>", "BEIR folder: corpus.jsonl, queries.jsonl, qrels/<split>.tsv")
    .option("--split <name>", "which judgements (default: test, or the only ones)")
    .option("--run <file>", "first-stage run: TREC, ranx JSON or CSV (default: the only *.trec or *.run in the folder)")
    .option("--depth <count>", "candidates a query, best first", wholeNumber(1), 100)
    .option("--skip <count>", "leave out the first queries", wholeNumber(0))
    .option("--limit <count>", "only so many queries", wholeNumber(1))
    .option("--cache <file>", "keep scores here, so that a run that was stopped goes on where it was");
}

/** Reads the folder; warnings go to standard error and are kept for the report. */
export async function loadData(
  folder: string,
  options: DataOptions,
  signal: AbortSignal,
): Promise<{ data: Dataset; warnings: string[] }> {
  const { split, run, skip = 0, limit } = options;
  const warnings: string[] = [];
  const data = await readBeir(folder, {
    signal,
    onWarning: warner(warnings),
    ...(split && { split }),
    ...(run && { run }),
  });
  if (limit === undefined && skip === 0) return { data, warnings };
  const queries = new Map([...data.queries].slice(skip, limit === undefined ? undefined : skip + limit));
  // Judgements of the queries that were left out must go too, else those would count as 0.
  const qrels = new Map([...data.qrels].filter(([id]) => queries.has(id)));
  const rest = data.run && { run: new Map([...data.run].filter(([id]) => queries.has(id))) };
  return { data: { ...data, queries, qrels, ...rest }, warnings };
}

/** Prints warnings as they come. */
export function warner(kept: string[]): (warning: DataWarning) => void {
  const terminal = terminalOf(process.stderr);
  return ({ message }) => {
    kept.push(message);
    process.stderr.write(`${paint(terminal, "yellow", "warning:")} ${message}\n`);
  };
}

/** Runs work with a score cache, if a file for one was named. */
export async function withCache<T>(
  path: string | undefined,
  warnings: string[],
  work: (cache: FileScoreCache | undefined) => Promise<T>,
): Promise<T> {
  if (path === undefined) return work(undefined);
  const cache = await FileScoreCache.open(path, { onWarning: warner(warnings) });
  try {
    return await work(cache);
  } finally {
    await cache.close();
  }
}

/** A cross-encoder's name in the cache. The bundled one changes with the package, so it goes by its own name. */
export function modelKey(model: string | undefined): string {
  return model ?? defaultModel().name;
}

/** A bar that shows how many queries are done, under a name. */
export async function withBar<T>(
  name: string,
  work: (onProgress: (progress: { done: number; total: number }) => void) => Promise<T>,
): Promise<T> {
  const bar = new ProgressBar();
  try {
    return await work(({ done, total }) => bar.update(done, total, `${name}: ${done} of ${total} queries`));
  } finally {
    bar.end();
  }
}

/** A list of texts separated by commas; commas within brackets belong to a text. Given twice, the lists are joined. */
export function textList(value: string, before: readonly string[] = []): string[] {
  const parts = value.split(/,(?![^({]*[)}])/).map((part) => part.trim());
  if (parts.some((part) => part === "")) throw new InvalidArgumentError("It must be a list separated by commas.");
  return [...before, ...parts];
}

/** Numbers separated by commas, and ranges as `0:1:0.1`. */
export function numberList(value: string): number[] {
  return value.split(",").flatMap((part) => {
    const bounds = part.split(":").map(finiteNumber);
    if (bounds.length === 1) return bounds;
    const [from, to, step] = bounds as [number, number, number | undefined];
    if (bounds.length !== 3 || !(step! > 0) || to < from)
      throw new InvalidArgumentError("A range is from:to:step, as 0.1:1:0.1.");
    const count = Math.floor((to - from) / step! + 1e-9) + 1;
    // Rounded, so that 0.1 + 2 · 0.1 is 0.3 and not a neighbour of it.
    return Array.from({ length: count }, (_, i) => Number((from + i * step!).toPrecision(12)));
  });
}
