import { splitCsvLine } from "../../text-sources/csv.js";

/** File formats that store a number for a query and a document. */
export type TableFormat = "trec" | "beir" | "csv" | "json" | "jsonl";

/** Indices of the columns of a row. */
export interface Columns {
  query: number;
  document: number;
  value: number;
  width: number;
}

/** How the rows of a table are split into fields. */
export interface RowShape {
  format: "trec" | "beir" | "csv";
  columns: Columns;
  /** Whether the line that revealed the shape is a header rather than a row. */
  header: boolean;
}

/** What a table stores, with the columns of its TREC file. */
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

/** Column names for the id of a query. */
export const QUERY_NAMES = ["query-id", "query_id", "queryid", "qid", "q_id", "query"];

/** Column names for the id of a document. */
export const DOCUMENT_NAMES = [
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
 * Recognizes the shape of a table by its first line that is not blank; undefined if it is not a known one.
 * A header means BEIR (tabs) or CSV (commas); without one, the number of fields decides.
 */
export function detectShape(line: string, kind: TableKind, requested?: TableFormat): RowShape | undefined {
  const tabbed = findColumns(line.split("\t"), kind);
  if (tabbed && requested !== "csv" && requested !== "trec") return { format: "beir", columns: tabbed, header: true };
  const csv = line.includes(",") ? splitCsvLine(line) : undefined;
  const named = csv && findColumns(csv, kind);
  if (named && requested !== "beir" && requested !== "trec") return { format: "csv", columns: named, header: true };
  const spaced = findColumns(line.trim().split(/[ \t]+/), kind);
  if (spaced && requested !== "csv" && requested !== "trec") return { format: "beir", columns: spaced, header: true };
  if (requested === "beir" || requested === "csv") return undefined;
  const fields = line.trim().split(/[ \t]+/);
  return fields.length === kind.trec.width ? { format: "trec", columns: kind.trec, header: false } : undefined;
}

/** Which of these names are the ids of query and document, and the value; undefined if one is missing. */
export function findColumns(fields: readonly string[], kind: TableKind): Columns | undefined {
  const names = fields.map((field) => field.trim().toLowerCase());
  const find = (known: readonly string[]) => names.findIndex((name) => known.includes(name));
  const columns = {
    query: find(QUERY_NAMES),
    document: find(DOCUMENT_NAMES),
    value: find(kind.valueNames),
    width: fields.length,
  };
  return columns.query >= 0 && columns.document >= 0 && columns.value >= 0 ? columns : undefined;
}
