/** One row of qrels or a run, before its value is parsed. */
export interface TableRow {
  query: string;
  document: string;
  value: string;
  line: number;
}
