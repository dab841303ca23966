import { splitCsvLine } from "../../text-sources/csv.js";
import type { Line, SourceReader } from "./source.js";
import { detectShape, findColumns, type RowShape, type TableFormat, type TableKind } from "./table-format.js";
import type { TableRow } from "./table-row.js";

/** Reads the rows of a table in any format that has one row per line. */
export async function* readRows(
  reader: SourceReader,
  kind: TableKind,
  requested?: Exclude<TableFormat, "json">,
): AsyncGenerator<TableRow> {
  let shape: RowShape | "jsonl" | undefined = requested === "jsonl" ? "jsonl" : undefined;
  for await (const line of reader.lines()) {
    if (line.text.trim() === "") continue;
    if (!shape) {
      shape = recognize(line, kind, requested, reader);
      if (shape !== "jsonl" && shape.header) continue;
    }
    const row = shape === "jsonl" ? readObject(line, kind, reader) : readFields(line, shape, reader);
    if (!row.query || !row.document) throw reader.error(line.number, "The id of the query or the document is empty.");
    yield row;
  }
}

function recognize(
  line: Line,
  kind: TableKind,
  requested: TableFormat | undefined,
  reader: SourceReader,
): RowShape | "jsonl" {
  if (requested === undefined && line.text.trimStart().startsWith("{")) {
    if (isRecord(line.text, kind)) return "jsonl";
    const advice = `name the file .json or pass \`format: "json"\``;
    throw reader.error(line.number, `It looks like JSON. If it is {"query": {"document": number}}, ${advice}.`);
  }
  const shape = detectShape(line.text, kind, requested);
  if (shape) return shape;
  const shapes = [
    `TREC "${kind.trecExample}"`,
    'tabs with the header "query-id corpus-id score"',
    `CSV with the header "query_id,doc_id,${kind.valueNames[0]}"`,
    "JSON lines with query-id, corpus-id and score",
    "ranx JSON",
  ];
  throw reader.error(
    line.number,
    `Unknown format: ${JSON.stringify(line.text.slice(0, 80))}. Expected ${requested ?? `one of these for ${kind.name}: ${shapes.join("; ")}`}.`,
  );
}

function isRecord(text: string, kind: TableKind): boolean {
  try {
    return findColumns(Object.keys(JSON.parse(text) as object), kind) !== undefined;
  } catch {
    return false;
  }
}

function readObject({ text, number }: Line, kind: TableKind, reader: SourceReader): TableRow {
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch (cause) {
    throw reader.error(number, `It is not one JSON object: ${(cause as Error).message}.`, cause);
  }
  const keys = typeof record === "object" && record !== null ? Object.keys(record) : [];
  const columns = findColumns(keys, kind);
  if (!columns) {
    const found = keys.slice(0, 8).join(", ") || "none";
    throw reader.error(number, `Expected the fields query-id, corpus-id and ${kind.valueNames[0]}, got ${found}.`);
  }
  const values = Object.values(record as object) as unknown[];
  const idAt = (column: number) => readId(values[column], keys[column]!, number, reader);
  const value = values[columns.value];
  // A list with one number would otherwise pass as the number.
  const isPlain = typeof value === "number" || typeof value === "string";
  return {
    query: idAt(columns.query),
    document: idAt(columns.document),
    value: isPlain ? String(value) : JSON.stringify(value),
    line: number,
  };
}

/** Beyond 2^53, JSON numbers are rounded, so that different ids would become one. */
function readId(id: unknown, field: string, line: number, reader: SourceReader): string {
  if (typeof id === "string") return id;
  if (Number.isSafeInteger(id)) return String(id);
  const expected = "a string or an integer below 2^53; write larger numbers as strings";
  throw reader.error(line, `Expected \`${field}\` to be ${expected}. Got ${JSON.stringify(id)}.`);
}

function readFields(line: Line, shape: RowShape, reader: SourceReader): TableRow {
  const fields = splitFields(line, shape, reader);
  const { query, document, value, width } = shape.columns;
  if (fields?.length === width) {
    return { query: fields[query]!, document: fields[document]!, value: fields[value]!, line: line.number };
  }
  const found = fields ? `${fields.length} fields` : "a quote that is not closed";
  const shown = JSON.stringify(line.text.slice(0, 80));
  throw reader.error(line.number, `Expected ${width} fields (${shape.format}), got ${found}: ${shown}.`);
}

function splitFields(
  { text, number }: Line,
  { format, columns }: RowShape,
  reader: SourceReader,
): string[] | undefined {
  if (format === "csv") return splitCsvLine(text);
  const byTab = text.split("\t").map((field) => field.trim());
  if (format === "beir" && byTab.length === columns.width) return byTab;
  const bySpace = text.trim().split(/[ \t]+/);
  const mixed = format === "beir" || (text.includes("\t") && /\S +\S/.test(text));
  if (mixed && bySpace.length === columns.width)
    reader.warn("mixed-separators", number, "tabs and spaces are mixed between the columns");
  return bySpace;
}
