import { parseCsv } from "./csv.js";
import { DocumentFormatError, parseDocuments, RECORD_HINT, textOfRecord } from "./parse-documents.js";

/** Largest file that is opened, in bytes: more than a person ranks by hand, and what a browser's text field still bears. */
export const MOST_FILE_BYTES = 4 * 2 ** 20;

type Reader = (text: string) => string[];

/** How files are read, by the end of their name. */
const READERS: Readonly<Record<string, Reader>> = {
  txt: (text) => parseDocuments(text, "auto").documents,
  md: markdownSections,
  markdown: markdownSections,
  json: (text) => parseDocuments(text, "json").documents,
  jsonl: jsonLines,
  ndjson: jsonLines,
  csv: (text) => csvTexts(parseCsv(text, ",")),
  tsv: (text) => csvTexts(parseCsv(text, "\t")),
};

/** File names that can be opened, as `accept` of a file input. */
export const ACCEPTED = Object.keys(READERS)
  .map((extension) => `.${extension}`)
  .join(",");

/**
 * Cuts a file's text into documents: paragraphs or lines of `.txt`, sections of `.md`, records of `.json`, `.jsonl`, `.csv` and `.tsv`.
 *
 * @throws DocumentFormatError naming the file, and the line where there is one.
 */
export function readFileDocuments(name: string, text: string): string[] {
  const read = READERS[/\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase() ?? ""];
  if (!read) throw new DocumentFormatError(`${name}: can read ${ACCEPTED.replaceAll(",", ", ")}.`);
  try {
    const documents = read(text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n"));
    if (documents.length === 0) throw new DocumentFormatError("holds no text.");
    return documents;
  } catch (error) {
    if (error instanceof DocumentFormatError) throw new DocumentFormatError(`${name}: ${error.message}`);
    throw error;
  }
}

/** From heading to heading; lines that begin with # inside code fences are no headings. */
function markdownSections(text: string): string[] {
  const sections: string[][] = [[]];
  let fence: string | undefined;
  for (const line of text.split("\n")) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence === undefined && mark) fence = mark;
    else if (fence !== undefined && mark?.startsWith(fence)) fence = undefined;
    else if (fence === undefined && /^ {0,3}#{1,6}\s/.test(line)) sections.push([]);
    sections.at(-1)!.push(line);
  }
  return sections.map((lines) => lines.join("\n").trim()).filter((section) => section !== "");
}

function jsonLines(text: string): string[] {
  return text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    let record: unknown;
    try {
      record = JSON.parse(line);
    } catch {
      throw new DocumentFormatError(`line ${index + 1} is not JSON.`);
    }
    const document = textOfRecord(record);
    if (document === undefined) throw new DocumentFormatError(`line ${index + 1} must be ${RECORD_HINT}.`);
    return [document];
  });
}

/** With a header that names a text field, that column; else the first. */
function csvTexts([header = [], ...rows]: string[][]): string[] {
  const named = (row: readonly string[]) =>
    textOfRecord(Object.fromEntries(header.map((name, at) => [name.trim(), row[at] ?? ""])));
  if (named(header) !== undefined) return rows.map((row) => named(row)!).filter(notBlank);
  if (header.length > 1) {
    throw new DocumentFormatError("several columns, and the first line names none of them text, content or passage.");
  }
  return [header, ...rows].map(([text = ""]) => text).filter(notBlank);
}

const notBlank = (text: string): boolean => text.trim() !== "";
