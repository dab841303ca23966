import { DocumentFormatError } from "./parse-documents.js";

/**
 * Rows of comma-separated values (RFC 4180): quoted fields may hold separators, line breaks and doubled quotes. Empty lines are left out.
 *
 * @throws DocumentFormatError for a quote that is not closed.
 */
export function parseCsv(text: string, separator: "," | "\t"): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    const { value, next } = text[at] === '"' ? quoted(text, at, separator) : plain(text, at, separator);
    row.push(value);
    if (text[next] === separator) {
      at = next + 1;
      // A separator that ends the text is followed by one more, empty field.
      if (at === text.length) row.push("");
    } else {
      rows.push(row);
      row = [];
      at = next + 1;
    }
  }
  if (row.length > 0) rows.push(row);
  return rows.filter((fields) => fields.length > 1 || fields[0] !== "");
}

interface Field {
  value: string;
  /** Place of what ends the field: a separator, a line break, or the text's end. */
  next: number;
}

function plain(text: string, start: number, separator: string): Field {
  let next = start;
  while (next < text.length && text[next] !== separator && text[next] !== "\n") next++;
  return { value: text.slice(start, next), next };
}

function quoted(text: string, start: number, separator: string): Field {
  let value = "";
  let at = start + 1;
  for (;;) {
    const close = text.indexOf('"', at);
    if (close < 0) {
      const line = text.slice(0, start).split("\n").length;
      throw new DocumentFormatError(`the quote that opens in line ${line} is not closed.`);
    }
    value += text.slice(at, close);
    if (text[close + 1] !== '"') {
      const rest = plain(text, close + 1, separator);
      return { value: value + rest.value, next: rest.next };
    }
    value += '"';
    at = close + 2;
  }
}
