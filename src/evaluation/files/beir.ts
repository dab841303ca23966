import { nodePath } from "../../node-modules.js";
import { type Checks, checkOptions, text } from "../../options.js";
import type { Dataset } from "../dataset.js";
import type { DataWarning, WarningHandler } from "../types.js";
import { listExamples, warnOnConsole } from "../warnings.js";
import { findBeirFiles, findTextFiles } from "./beir-folder.js";
import { readNumberedQrels, readRun } from "./read-table.js";
import { readCorpus, readNumberedQueries, readQueries } from "./read-texts.js";
import { READ_CHECKS, type ReadOptions } from "./source.js";

/** Options of {@link readBeir}. */
export interface ReadBeirOptions extends Omit<ReadOptions, "name"> {
  /** Which judgments to read: `qrels/<split>.tsv`. @default "test", or the only file there is */
  split?: string;
  /**
   * First-stage run: a path, relative to the data folder or to the working directory.
   * @default the only `*.trec` or `*.run` file in the folder, if there is one
   */
  run?: string;
}

const { name: _, ...READ } = READ_CHECKS;

const CHECKS = { ...READ, split: text, run: text } satisfies Checks<ReadBeirOptions>;

/**
 * Reads a BEIR folder (Thakur et al., 2021): `corpus.jsonl`, `queries.jsonl`, `qrels/<split>.tsv`, and a first-stage run if there is one.
 * Each may also have another format that the readers know: `queries.csv`, `corpus.json`, `qrels/test.jsonl`.
 *
 * Queries without judgments in the split are left out, as in BEIR. They, and judgments whose query or document is missing, are reported as
 * warnings with file and line.
 *
 * @throws InvalidInputError when a file is missing or cannot be read, or when it is not clear which split or run is meant.
 * @throws InvalidOptionError when an option is unknown or not allowed.
 *
 * @example
 * const data = await readBeir("data/scifact", { split: "test" });
 */
export async function readBeir(folder: string, options: ReadBeirOptions = {}): Promise<Dataset> {
  checkOptions(options, CHECKS, "readBeir");
  const { basename, resolve } = await nodePath();
  const onWarning = options.onWarning ?? warnOnConsole;
  const read: ReadOptions = { onWarning, ...(options.signal && { signal: options.signal }) };
  const files = await findBeirFiles(folder, options);
  const rows: JudgedRow[] = [];
  const qrels = await readNumberedQrels(files.qrels, read, (query, document, line) =>
    rows.push({ query, document, line }),
  );
  const queries = await readNumberedQueries(files.queries, read);
  const corpus = await readCorpus(files.corpus, read);
  const run = files.run === undefined ? undefined : await readRun(files.run, read);

  const unjudged = [...queries].filter(([id]) => !qrels.has(id)).map(([id, { line }]) => ({ example: id, line }));
  warnAt("query-without-qrels", files.queries, unjudged, onWarning, (n) => {
    return `queries without judgments in this split, which are ignored: ${n}`;
  });
  const seen = new Set<string>();
  const unknown = rows.filter(({ query }) => !queries.has(query) && !seen.has(query) && seen.add(query));
  warnAt("qrels-without-query", files.qrels, unknown.map(toQuery), onWarning, (n) => {
    return `judged queries that are not in ${basename(files.queries)}, which count as 0: ${n}`;
  });
  const absent = rows.filter(({ query, document }) => !corpus.has(document) && qrels.get(query)!.get(document)! > 0);
  warnAt("qrels-without-document", files.qrels, absent.map(toPair), onWarning, (n) => {
    return `relevant documents that are not in ${basename(files.corpus)}, so that no order can reach a full score: ${n}`;
  });
  return {
    name: basename(resolve(folder)),
    queries: new Map([...queries].filter(([id]) => qrels.has(id)).map(([id, { text }]) => [id, text])),
    corpus,
    qrels,
    ...(run && { run }),
  };
}

/** The texts of a BEIR folder, without its judgments. */
export async function readBeirTexts(folder: string): Promise<Pick<Dataset, "queries" | "corpus">> {
  const files = await findTextFiles(folder);
  return { queries: await readQueries(files.queries), corpus: await readCorpus(files.corpus) };
}

interface JudgedRow {
  query: string;
  document: string;
  line: number;
}

interface Found {
  example: string;
  line: number | undefined;
}

const toQuery = ({ query, line }: JudgedRow): Found => ({ example: query, line });
const toPair = ({ query, document, line }: JudgedRow): Found => ({ example: `${query}/${document}`, line });

function warnAt(
  code: DataWarning["code"],
  file: string,
  found: readonly Found[],
  onWarning: WarningHandler,
  message: (count: number) => string,
): void {
  if (found.length === 0) return;
  const ids = found.map(({ example }) => example);
  const { line } = found[0]!;
  onWarning({
    code,
    count: found.length,
    file,
    ...(line !== undefined && { line }),
    message: `${line === undefined ? file : `${file}:${line}`}: ${message(found.length)} (${listExamples(ids)})`,
    examples: ids.slice(0, 5),
  });
}
