import { splitCsvLine } from "../../text-sources/csv.js";

/** File shapes that hold a number for a query and a document. */
export type TableFormat = "trec" | "beir" | "csv" | "json";

/** Which columns of a row hold what. */
export interface Columns {
  query: number;
  document: number;
  value: number;
  width: number;
}

/** How rows of a table with a known shape are cut into fields. */
export interface RowShape {
  format: Exclude<TableFormat, "json">;
  columns: Columns;
  /** Whether the line that told the shape is a header rather than a row. */
  header: boolean;
}

/** What a table holds, with the columns of the TREC file for it. */
export interface TableKind {
  name: "qrels" | "run";
  trec: Columns;
  trecExample: string;
  valueNames: readonly string[];
}

export const QRELS_KIND: TableKind = {
  name: "qrels",
  trec: { query: 0, document: 2, value: 3, width: 4 },
  trecExample: "query-id 0 document-id grade",
  valueNames: ["relevance", "rel", "score", "grade", "label"],
};

export const RUN_KIND: TableKind = {
  name: "run",
  trec: { query: 0, document: 2, value: 4, width: 6 },
  trecExample: "query-id Q0 document-id rank score tag",
  valueNames: ["score", "sim", "similarity"],
};

const QUERY_NAMES = ["query-id", "query_id", "queryid", "qid", "q_id", "query"];
const DOCUMENT_NAMES = [
  "corpus-id",
  "corpus_id",
  "doc-id",
  "doc_id",
  "docid",
  "docno",
  "document-id",
  "document_id",
  "pid",
];

/**
 * Tells the shape of a table from its first line that is not blank; undefined when it is none that is known.
 * A header decides for BEIR (tabs) or CSV (commas); without one, the number of fields decides.
 */
export function detectShape(line: string, kind: TableKind, wanted?: TableFormat): RowShape | undefined {
  const tabbed = readHeader(line.split("\t"), kind);
  if (tabbed && wanted !== "csv" && wanted !== "trec") return { format: "beir", columns: tabbed, header: true };
  const csv = line.includes(",") ? splitCsvLine(line) : undefined;
  const named = csv && readHeader(csv, kind);
  if (named && wanted !== "beir" && wanted !== "trec") return { format: "csv", columns: named, header: true };
  const loose = readHeader(line.trim().split(/[ \t]+/), kind);
  if (loose && wanted !== "csv" && wanted !== "trec") return { format: "beir", columns: loose, header: true };
  if (wanted === "beir" || wanted === "csv") return undefined;
  const fields = line.trim().split(/[ \t]+/);
  return fields.length === kind.trec.width ? { format: "trec", columns: kind.trec, header: false } : undefined;
}

function readHeader(fields: readonly string[], kind: TableKind): Columns | undefined {
  const names = fields.map((field) => field.trim().toLowerCase());
  const find = (wanted: readonly string[]) => names.findIndex((name) => wanted.includes(name));
  const columns = {
    query: find(QUERY_NAMES),
    document: find(DOCUMENT_NAMES),
    value: find(kind.valueNames),
    width: fields.length,
  };
  return columns.query >= 0 && columns.document >= 0 && columns.value >= 0 ? columns : undefined;
}
