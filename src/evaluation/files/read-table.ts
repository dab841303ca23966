import { checkOptions, oneOf } from "../../options.js";
import type { Qrels, Run } from "../types.js";
import { parseGrade, parseScore } from "./numbers.js";
import { readRanxJson } from "./ranx-json.js";
import { readRows } from "./read-rows.js";
import { READ_CHECKS, type ReadOptions, SourceReader, type TextSource } from "./source.js";
import { QRELS_KIND, RUN_KIND, type TableFormat, type TableKind } from "./table-format.js";
import type { TableRow } from "./table-row.js";

const FORMATS: readonly TableFormat[] = ["trec", "beir", "csv", "json", "jsonl"];

const CHECKS = { ...READ_CHECKS, format: oneOf(FORMATS) };

/**
 * Reads relevance judgments: TREC (`query 0 document grade`), BEIR (tabs, with a header), CSV with a header, ranx JSON, or JSON lines
 * (`{"query-id": …, "corpus-id": …, "score": …}`, as in MTEB).
 *
 * @param options - `format`: the file's format; by default it is recognized by the name and the first line
 * @throws InvalidInputError when the file has no rows, a row cannot be read, or a pair has two different grades. The error names file and
 * line. Equal rows, mixed tabs and spaces, and a byte order mark are warnings.
 * @throws InvalidOptionError when an option is unknown or not allowed.
 *
 * @example
 * const qrels = await readQrels("data/qrels/test.tsv");
 */
export async function readQrels(
  source: TextSource,
  options: ReadOptions & { format?: TableFormat } = {},
): Promise<Qrels> {
  checkOptions(options, CHECKS, "readQrels");
  return readTable(source, options, QRELS_KIND, parseGrade, "an integer grade");
}

/** {@link readQrels}, which also reports the line of each row. */
export async function readNumberedQrels(source: TextSource, options: ReadOptions, onRow: OnRow): Promise<Qrels> {
  return readTable(source, options, QRELS_KIND, parseGrade, "an integer grade", onRow);
}

type OnRow = (query: string, document: string, line: number) => void;

/**
 * Reads a run: TREC (`query Q0 document rank score tag`), CSV or tabs with a header, ranx JSON, or JSON lines. The order comes from the
 * scores, not from the rank column, as in trec_eval.
 *
 * @param options - `format`: the file's format; by default it is recognized by the name and the first line
 * @throws InvalidInputError and InvalidOptionError as {@link readQrels}.
 *
 * @example
 * const run = await readRun("runs/bm25.trec");
 */
export async function readRun(source: TextSource, options: ReadOptions & { format?: TableFormat } = {}): Promise<Run> {
  checkOptions(options, CHECKS, "readRun");
  return readTable(source, options, RUN_KIND, parseScore, "a number");
}

async function readTable(
  source: TextSource,
  options: ReadOptions & { format?: TableFormat },
  kind: TableKind,
  parse: (text: string) => number | undefined,
  expected: string,
  onRow?: OnRow,
): Promise<Map<string, Map<string, number>>> {
  const reader = new SourceReader(source, options);
  const ending = /\.(jsonl|ndjson|json)(\.gz)?$/i.exec(reader.name)?.[1]?.toLowerCase();
  const format = options.format ?? (ending === "ndjson" ? "jsonl" : (ending as "json" | "jsonl" | undefined));
  const result = new Map<string, Map<string, number>>();
  for await (const row of format === "json" ? readRanxJson(reader) : readRows(reader, kind, format)) {
    const value = parse(row.value);
    if (value === undefined) throw reader.error(row.line, `${JSON.stringify(row.value)} is not ${expected}.`);
    addRow(result, row, value, reader);
    onRow?.(row.query, row.document, row.line);
  }
  reader.flushWarnings();
  if (result.size === 0) {
    const subject = kind.name === "run" ? "run is" : "qrels are";
    throw reader.error(undefined, `It has no rows: the ${subject} empty.`);
  }
  return result;
}

function addRow(result: Map<string, Map<string, number>>, row: TableRow, value: number, reader: SourceReader): void {
  const { query, document, line } = row;
  const values = result.get(query) ?? new Map<string, number>();
  result.set(query, values);
  const previous = values.get(document);
  const pair = `query "${query}", document "${document}"`;
  if (previous === undefined) values.set(document, value);
  else if (previous === value) reader.warn("duplicate-row", line, `${pair} appears twice and is counted once`);
  else throw reader.error(line, `The value of ${pair} is ${value} here and ${previous} before.`);
}
