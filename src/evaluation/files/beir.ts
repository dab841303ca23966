import { InvalidInputError } from "../../errors.js";
import { warnIds, warnOnConsole } from "../nested.js";
import type { CorpusDocument, Qrels, Run, WarningHandler } from "../types.js";
import { nodeFsPromises, nodePath } from "./node-modules.js";
import { readQrels, readRun } from "./read-table.js";
import { readCorpus, readQueries } from "./read-texts.js";
import type { ReadOptions } from "./source.js";

/** A retrieval data set: what {@link readBeir} gives and what `evaluate` and `tune` take. */
export interface Dataset {
  /** For reports. */
  name: string;
  /** Query text by id: those that have judgements. */
  queries: ReadonlyMap<string, string>;
  corpus: ReadonlyMap<string, CorpusDocument>;
  qrels: Qrels;
  /** First-stage candidates and their scores, where there is a run. */
  run?: Run;
}

/** Options of {@link readBeir}. */
export interface ReadBeirOptions extends Omit<ReadOptions, "name"> {
  /** Which judgements: `qrels/<split>.tsv`. Default: `test`, or the only file there is. */
  split?: string;
  /** First-stage run: a path, from the data folder or from the working directory. Default: the only `*.trec` or `*.run` file in the folder, if any. */
  run?: string;
}

/**
 * Reads a BEIR folder (Thakur et al., 2021): `corpus.jsonl`, `queries.jsonl`, `qrels/<split>.tsv`, and a first-stage run beside them.
 * Queries without judgements in the split are left out, as BEIR does; judgements without a query or a document are counted warnings.
 *
 * @example
 * const data = await readBeir("data/scifact", { split: "test" });
 */
export async function readBeir(folder: string, options: ReadBeirOptions = {}): Promise<Dataset> {
  const { join, basename, resolve } = await nodePath();
  const onWarning = options.onWarning ?? warnOnConsole;
  const read: ReadOptions = { onWarning, ...(options.signal && { signal: options.signal }) };
  const qrels = await readQrels(join(folder, "qrels", `${await chooseSplit(folder, options.split)}.tsv`), read);
  const allQueries = await readQueries(join(folder, "queries.jsonl"), read);
  const corpus = await readCorpus(join(folder, "corpus.jsonl"), read);
  const runPath = await chooseRun(folder, options.run);
  const run = runPath === undefined ? undefined : await readRun(runPath, read);
  const queries = new Map([...allQueries].filter(([id]) => qrels.has(id)));
  checkDataset(qrels, queries, corpus, onWarning);
  return { name: basename(resolve(folder)), queries, corpus, qrels, ...(run && { run }) };
}

function checkDataset(
  qrels: Qrels,
  queries: ReadonlyMap<string, string>,
  corpus: ReadonlyMap<string, CorpusDocument>,
  onWarning: WarningHandler,
): void {
  const lost = [...qrels.keys()].filter((query) => !queries.has(query));
  const missing = [...qrels].flatMap(([query, judgements]) =>
    [...judgements].filter(([id, grade]) => grade > 0 && !corpus.has(id)).map(([id]) => `${query}/${id}`),
  );
  warnIds("qrels-without-query", lost, (n) => `${n} judged queries are not in queries.jsonl and count 0`, onWarning);
  warnIds(
    "qrels-without-document",
    missing,
    (n) => `${n} relevant documents are not in corpus.jsonl, so that no order can reach a full score`,
    onWarning,
  );
}

async function chooseSplit(folder: string, split: string | undefined): Promise<string> {
  if (split !== undefined) return split;
  const { join } = await nodePath();
  const names = (await list(join(folder, "qrels")))
    .filter((name) => name.endsWith(".tsv"))
    .map((name) => name.slice(0, -4));
  if (names.includes("test")) return "test";
  if (names.length === 1) return names[0]!;
  throw new InvalidInputError(
    join(folder, "qrels"),
    `which split? There are ${names.join(", ") || "none"}; pass \`split\``,
  );
}

async function chooseRun(folder: string, run: string | undefined): Promise<string | undefined> {
  const { join, isAbsolute } = await nodePath();
  if (run !== undefined) {
    const { access } = await nodeFsPromises();
    const inside = isAbsolute(run) ? run : join(folder, run);
    return access(inside).then(
      () => inside,
      () => run,
    );
  }
  const names = (await list(folder)).filter((name) => /\.(trec|run)(\.gz)?$/.test(name));
  if (names.length > 1) throw new InvalidInputError(folder, `which run? There are ${names.join(", ")}; pass \`run\``);
  return names.length === 1 ? join(folder, names[0]!) : undefined;
}

async function list(folder: string): Promise<string[]> {
  try {
    return (await (await nodeFsPromises()).readdir(folder)).sort();
  } catch (cause) {
    throw new InvalidInputError(folder, `cannot be read: ${(cause as Error).message}`, { cause });
  }
}
