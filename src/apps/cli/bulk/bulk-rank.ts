import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import packageJson from "../../../../package.json" with { type: "json" };
import { formatRun } from "../../../evaluation/files/write-run.js";
import { trecOrder } from "../../../evaluation/ranking.js";
import { defaultModel } from "../../../models/find.js";
import { given } from "../../../options.js";
import { checkThreshold } from "../../../rerankers/checks.js";
import { createScorer } from "../../../scorers/create-scorer.js";
import { CliError, EXIT } from "../failure.js";
import { interruption } from "../interruption.js";
import { modelContent } from "../model-content.js";
import type { RankOptions } from "../ranking.js";
import { ProgressBar } from "../terminal/progress-bar.js";
import { checkRun, type IndexedFile, readFacts } from "./check-inputs.js";
import { buildIndex } from "./jsonl-index.js";
import { keepHeapSmall } from "./keep-heap-small.js";
import { PartialOutput, preparePartialFolder } from "./partial-output.js";
import { type RunQuery, runQueries } from "./run-file.js";
import { belongsTo, type Shard } from "./shard.js";
import { WorkerPool } from "./worker-pool.js";
import type { WorkerSetup } from "./worker-protocol.js";

/** Options of `rank --run`. */
export type BulkOptions = Omit<RankOptions, "query"> & {
  run: string;
  corpus: string;
  queries: string;
  out: string;
  /** Processes with one thread each; without it, one process that uses all cores. */
  processes: number | undefined;
  shard: Shard;
};

/** Queries that each process has at hand, so that it never waits for the next. */
const AT_HAND = 2;

/** Reranks the documents of a whole run, or of a shard of it, and writes the new run. An interrupted run is resumed. */
export async function rankRun(options: BulkOptions): Promise<void> {
  const signal = interruption();
  keepHeapSmall();
  checkModel(options);
  const { folder, release } = preparePartialFolder(options.out);
  try {
    await rankInto(folder, options, signal);
  } catch (error) {
    if (signal.aborted) process.stderr.write(`Interrupted; run the same command again to resume ${options.out}\n`);
    throw error;
  } finally {
    release();
  }
}

async function rankInto(folder: string, options: BulkOptions, signal: AbortSignal): Promise<void> {
  const { run, shard, processes } = options;
  const corpus = { path: fileOf(options.corpus, "corpus.jsonl"), index: join(folder, "corpus.index") };
  const queries = { path: fileOf(options.queries, "queries.jsonl"), index: join(folder, "queries.index") };
  const facts = {
    run: await readFacts(run, signal),
    corpus: await readFacts(corpus.path, signal),
    queries: await readFacts(queries.path, signal),
  };
  const content = await modelContent(options.model, options, signal);
  const output = await PartialOutput.open(options.out, inputsOf(options, facts, content), signal);
  // They load the model while the inputs are checked here.
  const pool = new WorkerPool(processes ?? 1, setupOf(options, corpus, queries), signal);
  try {
    if (!existsSync(corpus.index)) await buildIndex(corpus.path, corpus.index, facts.corpus.lines, signal);
    if (!existsSync(queries.index)) await buildIndex(queries.path, queries.index, facts.queries.lines, signal);
    const size = await checkRun(run, queries, corpus, shard, signal);
    if (output.queries < size.shardQueries) {
      await scoreQueries(shardQueries(run, shard, size.pairs, signal), size.shardQueries, pool, output, options);
    }
    output.finish();
  } catch (error) {
    output.close();
    throw error;
  } finally {
    pool.close();
  }
}

/** @throws InvalidOptionError for what is known to be wrong before the model is loaded: a missing key, a threshold that is no probability. */
function checkModel(options: BulkOptions): void {
  const { calibration } = createScorer(options.model, scorerOptions(options));
  if (calibration) checkThreshold(options.threshold);
}

function scorerOptions({ dtype, longDocuments, instruction, acceptLicense }: BulkOptions): WorkerSetup["options"] {
  return given({ dtype, longDocuments, instruction, acceptLicense });
}

function setupOf(options: BulkOptions, corpus: IndexedFile, queries: IndexedFile): WorkerSetup {
  const { model, threshold } = options;
  return {
    corpus: corpus.path,
    corpusIndex: corpus.index,
    queries: queries.path,
    queriesIndex: queries.index,
    model,
    options: scorerOptions(options),
    threshold,
    singleThread: options.processes !== undefined,
  };
}

/** Scores queries on several processes and writes them in their order. */
async function scoreQueries(
  queries: AsyncIterable<RunQuery>,
  total: number,
  pool: WorkerPool,
  output: PartialOutput,
  options: BulkOptions,
): Promise<void> {
  const bar = new ProgressBar();
  const { processes = 1 } = options;
  const waiting: { query: RunQuery; scores: Promise<number[]> }[] = [];
  const writeOldest = async () => {
    const { query, scores } = waiting.shift()!;
    output.append(rowsOf(query, await scores, options));
    bar.update(output.queries, total, `${output.queries} of ${total} queries`);
  };
  try {
    let skip = output.queries;
    for await (const query of queries) {
      if (skip-- > 0) continue;
      const scores = pool.score({ query: query.query, documents: query.documents.join(" ") });
      // Reported when its turn to be written comes.
      scores.catch(() => {});
      waiting.push({ query, scores });
      if (waiting.length >= processes * AT_HAND) await writeOldest();
    }
    while (waiting.length > 0) await writeOldest();
  } finally {
    bar.end();
  }
}

async function* shardQueries(run: string, shard: Shard, pairs: number, signal: AbortSignal): AsyncGenerator<RunQuery> {
  let before = 0;
  for await (const query of runQueries(run, signal)) {
    if (belongsTo(shard, before, pairs)) yield query;
    before += query.documents.length;
  }
}

function rowsOf({ query, documents }: RunQuery, scores: readonly number[], { topN, threshold }: BulkOptions): string {
  const all = new Map(documents.map((id, index) => [id, scores[index]!]));
  if (topN === undefined && threshold === undefined) return [...formatRun(new Map([[query, all]]))].join("");
  const ids = trecOrder(all).filter((id) => threshold === undefined || all.get(id)! >= threshold);
  const shown = new Map(ids.slice(0, topN).map((id) => [id, all.get(id)!]));
  return [...formatRun(new Map([[query, shown]]))].join("");
}

/** Everything that the output depends on. The number of processes is not part of it. */
function inputsOf(
  options: BulkOptions,
  facts: Readonly<Record<string, { sha256: string }>>,
  content: string | undefined,
) {
  const { shard, model, dtype, longDocuments, instruction, topN, threshold } = options;
  const files = Object.fromEntries(Object.entries(facts).map(([name, { sha256 }]) => [name, sha256]));
  return {
    ...files,
    model: model ?? defaultModel().name,
    ...given({
      "model content": content,
      dtype,
      "long-documents": longDocuments,
      instruction,
      "top-n": topN,
      threshold,
    }),
    // Part of the format of files that resume: earlier versions wrote raw scores.
    "kind of score": "sim",
    shard: `${shard.index}/${shard.count}`,
    version: packageJson.version,
  };
}

/** The file itself, or the file of that name in a BEIR folder. */
function fileOf(path: string, name: string): string {
  return existsSync(path) && statSync(path).isDirectory() ? join(path, name) : path;
}

/** @throws CliError naming the option that is missing, or that does not go with `--run`. */
export function readBulkOptions(
  files: readonly string[],
  options: Partial<BulkOptions> & Partial<RankOptions>,
): BulkOptions {
  const { run, out, corpus } = options;
  const needed = { run, corpus, out };
  const missing = Object.entries(needed).find(([, value]) => value === undefined)?.[0];
  if (missing) throw new CliError(`--run needs --corpus and --out as well; --${missing} is missing.`, EXIT.usage);
  const misleading = /\.(gz|jsonl?|ndjson)$/i.exec(out!)?.[0];
  if (misleading !== undefined) {
    const problem = `the run is written in TREC format and not compressed, and a name that ends in ${misleading} says otherwise`;
    const name = `${out!.slice(0, -misleading.length).replace(/\.trec$/, "")}.trec`;
    throw new CliError(`--out ${out}: ${problem}. Name it ${name}.`, EXIT.usage);
  }
  const { query, format, field, json } = options;
  const useless = Object.entries({ query, format, field, json }).find(([, value]) => value !== undefined)?.[0];
  if (useless) throw new CliError(`--${useless} cannot be combined with --run.`, EXIT.usage);
  if (files.length > 0) throw new CliError(`Files cannot be combined with --run: ${files[0]}.`, EXIT.usage);
  const { queries = join(folderOf(corpus!), "queries.jsonl"), processes, shard = { index: 1, count: 1 } } = options;
  return { ...options, run: run!, corpus: corpus!, out: out!, queries, processes, shard };
}

function folderOf(path: string): string {
  return existsSync(path) && statSync(path).isDirectory() ? path : dirname(path);
}
