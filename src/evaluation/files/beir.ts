import { InvalidInputError } from "../../errors.js";
import { warnOnConsole } from "../nested.js";
import type { CorpusDocument, DataWarning, Qrels, Run } from "../types.js";
import { nodeFsPromises, nodePath } from "./node-modules.js";
import { readNumberedQrels, readRun } from "./read-table.js";
import { readCorpus, readNumberedQueries } from "./read-texts.js";
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
 * Queries without judgements in the split are left out, as BEIR does. They, and judgements without a query or a document, are counted
 * warnings with file and line.
 *
 * @example
 * const data = await readBeir("data/scifact", { split: "test" });
 */
export async function readBeir(folder: string, options: ReadBeirOptions = {}): Promise<Dataset> {
  const { join, basename, resolve } = await nodePath();
  const onWarning = options.onWarning ?? warnOnConsole;
  const read: ReadOptions = { onWarning, ...(options.signal && { signal: options.signal }) };
  const rows: JudgedRow[] = [];
  await checkFolder(folder);
  const qrelsFile = join(folder, "qrels", `${await chooseSplit(folder, options.split)}.tsv`);
  const qrels = await readNumberedQrels(qrelsFile, read, (query, document, line) =>
    rows.push({ query, document, line }),
  );
  const queriesFile = join(folder, "queries.jsonl");
  const queries = await readNumberedQueries(queriesFile, read);
  const corpus = await readCorpus(join(folder, "corpus.jsonl"), read);
  const runPath = await chooseRun(folder, options.run);
  const run = runPath === undefined ? undefined : await readRun(runPath, read);

  const unjudged = [...queries].filter(([id]) => !qrels.has(id)).map(([id, { line }]) => ({ example: id, line }));
  const asked = new Set<string>();
  const unasked = rows.filter(({ query }) => !queries.has(query) && !asked.has(query) && asked.add(query));
  const absent = rows.filter(({ query, document }) => !corpus.has(document) && qrels.get(query)!.get(document)! > 0);
  const report = (
    code: DataWarning["code"],
    file: string,
    found: readonly Found[],
    message: (count: number) => string,
  ) => {
    if (found.length > 0) onWarning(placedWarning(code, file, found, message(found.length)));
  };
  report(
    "query-without-qrels",
    queriesFile,
    unjudged,
    (n) => `queries without judgements in this split, which are left out: ${n}`,
  );
  report(
    "qrels-without-query",
    qrelsFile,
    unasked.map(toQuery),
    (n) => `judged queries that are not in queries.jsonl, which count 0: ${n}`,
  );
  report("qrels-without-document", qrelsFile, absent.map(toPair), (n) => {
    return `relevant documents that are not in corpus.jsonl, so that no order can reach a full score: ${n}`;
  });
  return {
    name: basename(resolve(folder)),
    queries: new Map([...queries].filter(([id]) => qrels.has(id)).map(([id, { text }]) => [id, text])),
    corpus,
    qrels,
    ...(run && { run }),
  };
}

interface JudgedRow {
  query: string;
  document: string;
  line: number;
}

interface Found {
  example: string;
  line: number;
}

const toQuery = ({ query, line }: JudgedRow): Found => ({ example: query, line });
const toPair = ({ query, document, line }: JudgedRow): Found => ({ example: `${query}/${document}`, line });

function placedWarning(code: DataWarning["code"], file: string, found: readonly Found[], message: string): DataWarning {
  const examples = found.slice(0, 5).map(({ example }) => example);
  const { line } = found[0]!;
  const more = found.length > examples.length ? ", …" : "";
  return {
    code,
    count: found.length,
    file,
    line,
    message: `${file}:${line}: ${message} (${examples.join(", ")}${more})`,
    examples,
  };
}

/** @throws InvalidInputError saying what a data set needs, when the folder lacks some of it. */
async function checkFolder(folder: string): Promise<void> {
  const names = await list(folder);
  const missing = ["corpus.jsonl", "queries.jsonl", "qrels"].filter((name) => !names.includes(name));
  if (missing.length === 0) return;
  const found = names.slice(0, 8).join(", ") + (names.length > 8 ? `, … (${names.length} in all)` : "");
  throw new InvalidInputError(
    folder,
    `is no BEIR folder, it has no ${missing.join(", no ")}. Found: ${found || "nothing"}. Needed: corpus.jsonl and queries.jsonl ` +
      "(an object with `_id` and `text` a line) and qrels/<split>.tsv (a header, then query id, document id and grade, separated by tabs)",
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
