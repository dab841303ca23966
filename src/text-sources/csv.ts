import { TextSourceError } from "./text-source-error.js";

/** One row of a table, and the 1-based line that it starts on. */
export interface CsvRow {
  fields: string[];
  line: number;
}

interface Field {
  value: string;
  /** Index of what ends the field: a separator, a line break, or the end of the text. */
  end: number;
  /** Follows RFC 4180: no quote inside a bare field, nothing after a closing quote. */
  strict: boolean;
}

/**
 * Rows of comma- or tab-separated values (RFC 4180). Quoted fields may hold separators, line breaks and doubled quotes; bare fields lose
 * the white space around them. Empty lines are left out.
 *
 * @throws TextSourceError when a quote is never closed.
 */
export function parseCsv(text: string, separator: "," | "\t", name = "CSV"): CsvRow[] {
  const rows: CsvRow[] = [];
  let fields: string[] = [];
  let at = 0;
  let line = 1;
  let start = 1;
  while (at < text.length) {
    const field = readField(text, at, separator);
    if (!field) throw new TextSourceError(`${name}:${line}: a quote opens here and is never closed.`);
    line += text.slice(at, field.end).split("\n").length - 1;
    fields.push(field.value);
    at = field.end + 1;
    if (text[field.end] === separator) {
      // A separator at the very end is followed by one more, empty field.
      if (at === text.length) fields.push("");
      else continue;
    }
    rows.push({ fields, line: start });
    fields = [];
    start = ++line;
  }
  return rows.filter((row) => row.fields.length > 1 || row.fields[0] !== "");
}

/**
 * The fields of one line of a table of ids and numbers, where a stray quote is a sign of another format.
 *
 * @returns `undefined` when a quote is not closed, stands inside a bare field, or is followed by more text.
 */
export function splitCsvLine(line: string): string[] | undefined {
  const fields: string[] = [];
  for (let at = 0; at <= line.length; ) {
    const field = readField(line, at, ",");
    if (!field?.strict) return undefined;
    fields.push(field.value);
    at = field.end + 1;
  }
  return fields;
}

/** A field as it must be written so that {@link splitCsvLine} reads it back. */
export function quoteCsv(value: string): string {
  return /[",\s]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** @returns `undefined` when a quote is never closed. */
function readField(text: string, start: number, separator: "," | "\t"): Field | undefined {
  if (text[start] !== '"') {
    const end = endOfField(text, start, separator);
    const value = text.slice(start, end).trim();
    return { value, end, strict: !value.includes('"') };
  }
  let close = text.indexOf('"', start + 1);
  while (close >= 0 && text[close + 1] === '"') close = text.indexOf('"', close + 2);
  if (close < 0) return undefined;
  const end = endOfField(text, close + 1, separator);
  const rest = text.slice(close + 1, end).trim();
  return { value: text.slice(start + 1, close).replaceAll('""', '"') + rest, end, strict: rest === "" };
}

const UNTIL = { ",": /[^,\n]*/y, "\t": /[^\t\n]*/y } as const;

function endOfField(text: string, start: number, separator: "," | "\t"): number {
  const rest = UNTIL[separator];
  rest.lastIndex = start;
  rest.test(text);
  return rest.lastIndex;
}
