import { type Command, InvalidArgumentError } from "commander";
import { listMeasures } from "../../evaluation/measures/registry.js";
import { type Dataset, type DataWarning, FileScoreCache, readBeir } from "../../evaluation.js";
import { defaultModel } from "../../models/find.js";
import { finiteNumber, wholeNumber } from "./options.js";
import { ProgressBar } from "./terminal/progress-bar.js";
import { paint, terminalOf } from "./terminal/terminal.js";

/** A data set that every installation has, as a path that exists in a user's project. */
export const EXAMPLE_DATA = "node_modules/langchain-rerank/examples/data/bicycle";

/** For the help: what the columns of the tables mean. */
export const TABLES_HELP = `
In the tables, the brackets behind a mean are its confidence interval. p is the probability of so large a difference if the two systems were equally
good, and "p Holm" allows for the number of comparisons: below 0.05, a difference counts as more than chance.
`;

/** Options about the data, shared by `eval`, `tune` and `calibrate`. */
export interface DataOptions {
  split?: string;
  run?: string;
  depth?: number;
  skip?: number;
  limit?: number;
  ignoreIdenticalIds?: boolean;
  cache?: string;
}

/** Adds these options to a command. */
export function addDataOptions(command: Command): Command {
  return addIdenticalIds(
    command
      .argument("<folder>", "BEIR folder: corpus.jsonl, queries.jsonl, qrels/<split>.tsv")
      .option("--split <name>", "which judgments to use (default: test, or the only split)")
      .option(
        "--run <file>",
        "first-stage run: TREC, ranx JSON, CSV or JSON lines (default: the only *.trec or *.run in the folder)",
      )
      .option("--depth <count>", "candidates per query, from the top of the run", wholeNumber(1), 100)
      .option("--skip <count>", "skip the first queries", wholeNumber(0))
      .option("--limit <count>", "use only this many queries", wholeNumber(1)),
  ).option("--cache <file>", "store scores in this file, so that an interrupted run can resume");
}

/** Adds `--ignore-identical-ids`. */
export function addIdenticalIds(command: Command): Command {
  return command.option(
    "--ignore-identical-ids",
    "ignore the document with the query's own id, as published results for ArguAna and Quora do",
  );
}

/** For the help: the measures, and how to add one. */
export function measuresHelp(): string {
  const rows = listMeasures().map(({ name, description, parameters }) => {
    const cutoff = parameters.cutoff ? (parameters.cutoff.required ? "@k" : "[@k]") : "";
    return `  ${`${name}${cutoff}`.padEnd(12)} ${description}`;
  });
  return `
Measures, as in ir_measures:
${rows.join("\n")}

A module that calls defineMeasure adds its own: NODE_OPTIONS="--import ./my-measures.mjs" langchain-rerank eval …
`;
}

/** Reads the folder. Warnings go to standard error and are collected for the report. */
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
  // Judgments of the other queries must go too, or they would count as 0.
  const qrels = new Map([...data.qrels].filter(([id]) => queries.has(id)));
  const rest = data.run && { run: new Map([...data.run].filter(([id]) => queries.has(id))) };
  return { data: { ...data, queries, qrels, ...rest }, warnings };
}

/** A warning handler that prints to standard error and collects messages. Each message is printed once. */
export function warner(collected: string[]): (warning: DataWarning) => void {
  const terminal = terminalOf(process.stderr);
  return ({ message }) => {
    if (collected.includes(message)) return;
    collected.push(message);
    process.stderr.write(`${paint(terminal, "yellow", "warning:")} ${message}\n`);
  };
}

/** Does work with a score cache, if a file for one was named. */
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

/** The name of a model in output and in the cache: the default model has one too. */
export function modelName(model: string | undefined): string {
  return model ?? defaultModel().name;
}

/** Does work while a bar shows how many queries are done. */
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

/** A list separated by commas; commas within brackets belong to an item. If the option is repeated, the lists are joined. */
export function textList(value: string, before: readonly string[] = []): string[] {
  const parts = value.split(/,(?![^({]*[)}])/).map((part) => part.trim());
  if (parts.some((part) => part === "")) throw new InvalidArgumentError("It must be a list separated by commas.");
  return [...before, ...parts];
}

/** More settings than that would be a typing error. */
const MOST_NUMBERS = 1000;

/** Numbers separated by commas, and ranges such as `0:1:0.1`. */
export function numberList(value: string): number[] {
  return value.split(",").flatMap((part) => {
    const bounds = part.split(":").map(finiteNumber);
    if (bounds.length === 1) return bounds;
    const [from, to, step] = bounds as [number, number, number | undefined];
    if (bounds.length !== 3 || !(step! > 0) || to < from)
      throw new InvalidArgumentError("A range is from:to:step, such as 0.1:1:0.1.");
    const count = Math.floor((to - from) / step! + 1e-9) + 1;
    if (count > MOST_NUMBERS) throw new InvalidArgumentError(`A range has at most ${MOST_NUMBERS} numbers.`);
    // Rounded, so that 0.1 + 2 · 0.1 is exactly 0.3.
    return Array.from({ length: count }, (_, i) => Number((from + i * step!).toPrecision(12)));
  });
}
