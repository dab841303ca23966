import { InvalidOptionError } from "../../errors.js";
import { splitCsvLine } from "../../text-sources/csv.js";
import type { Qrels, Run } from "../types.js";
import { readNestedNumbers } from "./json-numbers.js";
import { parseGrade, parseScore } from "./numbers.js";
import { type Line, type ReadOptions, SourceReader, type TextSource } from "./source.js";
import { detectShape, QRELS_KIND, type RowShape, RUN_KIND, type TableFormat, type TableKind } from "./table-format.js";

/** Options of {@link readQrels} and {@link readRun}. */
export interface ReadTableOptions extends ReadOptions {
  /** Shape of the file. Default: told from its first line. */
  format?: TableFormat;
}

/**
 * Reads relevance judgements: TREC (`query 0 document grade`), BEIR (tabs, with a header), ranx JSON or CSV with a header.
 *
 * @example
 * const qrels = await readQrels("data/qrels/test.tsv");
 *
 * @throws InvalidInputError that names file and line for a row that cannot be read, for two different grades of one pair, and for a file
 * without rows. Doubled equal rows, mixed tabs and spaces, and a byte order mark are warnings, counted.
 */
export async function readQrels(source: TextSource, options: ReadTableOptions = {}): Promise<Qrels> {
  return readTable(source, options, QRELS_KIND, parseGrade, "an integer grade");
}

/** {@link readQrels}, telling the line of each row. */
export async function readNumberedQrels(source: TextSource, options: ReadTableOptions, onRow: OnRow): Promise<Qrels> {
  return readTable(source, options, QRELS_KIND, parseGrade, "an integer grade", onRow);
}

type OnRow = (query: string, document: string, line: number) => void;

/**
 * Reads a run: TREC (`query Q0 document rank score tag`), ranx JSON, CSV or tabs with a header. The score counts, the rank column does
 * not, as in trec_eval.
 *
 * @example
 * const run = await readRun("runs/bm25.trec");
 *
 * @throws InvalidInputError as {@link readQrels}.
 */
export async function readRun(source: TextSource, options: ReadTableOptions = {}): Promise<Run> {
  return readTable(source, options, RUN_KIND, parseScore, "a number (NaN is none)");
}

const FORMATS: readonly TableFormat[] = ["trec", "beir", "csv", "json"];

async function readTable(
  source: TextSource,
  options: ReadTableOptions,
  kind: TableKind,
  parse: (text: string) => number | undefined,
  expected: string,
  onRow?: OnRow,
): Promise<Map<string, Map<string, number>>> {
  if (options.format !== undefined && !FORMATS.includes(options.format)) {
    throw new InvalidOptionError("format", options.format, FORMATS.join(", "));
  }
  const reader = new SourceReader(source, options);
  const json = options.format === "json" || (options.format === undefined && /\.json(\.gz)?$/i.test(reader.name));
  const result = new Map<string, Map<string, number>>();
  for await (const row of json ? readNestedNumbers(reader) : readRows(reader, kind, options.format)) {
    const value = parse(row.text);
    if (value === undefined) throw reader.error(row.line, `${JSON.stringify(row.text)} is not ${expected}`);
    addRow(result, row, value, reader);
    onRow?.(row.query, row.document, row.line);
  }
  reader.flushWarnings();
  if (result.size === 0)
    throw reader.error(undefined, `holds no rows: the ${kind.name} ${kind.name === "run" ? "is" : "are"} empty`);
  return result;
}

interface TableRow {
  query: string;
  document: string;
  text: string;
  line: number;
}

function addRow(result: Map<string, Map<string, number>>, row: TableRow, value: number, reader: SourceReader): void {
  const { query, document, line } = row;
  const values = result.get(query) ?? new Map<string, number>();
  result.set(query, values);
  const known = values.get(document);
  if (known === undefined) values.set(document, value);
  else if (known === value)
    reader.warn("doubled-row", line, `query "${query}", document "${document}" stands twice; counted once`);
  else throw reader.error(line, `query "${query}", document "${document}" has ${value} here and ${known} before`);
}

async function* readRows(reader: SourceReader, kind: TableKind, wanted?: TableFormat): AsyncGenerator<TableRow> {
  let shape: RowShape | undefined;
  for await (const line of reader.lines()) {
    if (line.text.trim() === "") continue;
    if (!shape) {
      if (wanted === undefined && line.text.trimStart().startsWith("{")) {
        throw reader.error(line.number, 'looks like JSON; pass `format: "json"` or name the file .json');
      }
      shape = detectShape(line.text, kind, wanted);
      if (!shape) throw reader.error(line.number, shapeProblem(line.text, kind, wanted));
      if (shape.header) continue;
    }
    const fields = splitRow(line, shape, reader);
    const { query, document, value } = shape.columns;
    if (!fields[query] || !fields[document]) throw reader.error(line.number, "a query id or a document id is empty");
    yield { query: fields[query], document: fields[document], text: fields[value]!, line: line.number };
  }
}

function splitRow(line: Line, shape: RowShape, reader: SourceReader): string[] {
  const fields = fieldsOf(line, shape, reader);
  if (fields?.length === shape.columns.width) return fields;
  const found = fields ? `${fields.length} fields` : "a quote that is not closed";
  throw reader.error(
    line.number,
    `${found}; expected ${shape.columns.width} (${shape.format}): ${JSON.stringify(line.text.slice(0, 80))}`,
  );
}

function fieldsOf({ text, number }: Line, { format, columns }: RowShape, reader: SourceReader): string[] | undefined {
  if (format === "csv") return splitCsvLine(text);
  const byTab = text.split("\t").map((field) => field.trim());
  if (format === "beir" && byTab.length === columns.width) return byTab;
  const loose = text.trim().split(/[ \t]+/);
  const mixed = format === "beir" || (text.includes("\t") && /\S +\S/.test(text));
  if (mixed && loose.length === columns.width)
    reader.warn("mixed-separators", number, "tabs and spaces are mixed between the columns");
  return loose;
}

function shapeProblem(line: string, kind: TableKind, wanted: TableFormat | undefined): string {
  const csv = `query_id,doc_id,${kind.valueNames[0]}`;
  const shapes = `TREC "${kind.trecExample}", tabs with the header "query-id corpus-id score", CSV with the header "${csv}", or ranx JSON`;
  return `${JSON.stringify(line.slice(0, 80))} is no ${wanted ?? "known"} ${kind.name} line; expected ${shapes}`;
}
