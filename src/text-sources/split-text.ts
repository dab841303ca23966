import { type CsvRow, parseCsv } from "./csv.js";
import { TextSourceError } from "./text-source-error.js";

/** How a text is cut into documents. */
export type TextFormat = (typeof TEXT_FORMATS)[number];

/** Names of the formats. `rules`: documents are separated by lines of three or more dashes. */
export const TEXT_FORMATS = ["lines", "paragraphs", "sections", "rules", "json", "jsonl", "csv", "tsv"] as const;

/** A document and where it was read. */
export interface SourceText {
  text: string;
  /** `file:line` of the first line, counted from 1, or `file[index]` for an item of a JSON array, counted from 0. */
  source: string;
}

/** Options of {@link splitText}. */
export interface SplitOptions {
  /** What to call the text in sources and error messages, such as the name of its file. */
  name: string;
  /** Field of records that holds the text. @default the first of the usual names, with the record's `title` before it */
  field?: string | undefined;
}

/** Fields that usually hold the text of a record, in the order they are looked for. */
const TEXT_FIELDS = ["text", "pageContent", "page_content", "content", "passage", "body", "document"];

/** File extensions and the format that each means; plain text is looked at. */
const FORMATS_BY_EXTENSION: Readonly<Record<string, TextFormat | "guess">> = {
  txt: "guess",
  md: "sections",
  markdown: "sections",
  jsonl: "jsonl",
  ndjson: "jsonl",
  json: "json",
  csv: "csv",
  tsv: "tsv",
};

/** File extensions that {@link formatOfFile} knows, with their dots. */
export const TEXT_EXTENSIONS: readonly string[] = Object.keys(FORMATS_BY_EXTENSION).map((name) => `.${name}`);

/** The format that a file's extension means, `guess` for plain text, or `undefined` for an unknown extension. */
export function formatOfFile(name: string): TextFormat | "guess" | undefined {
  const extension = /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase() ?? "";
  return Object.hasOwn(FORMATS_BY_EXTENSION, extension) ? FORMATS_BY_EXTENSION[extension] : undefined;
}

/**
 * The format that a text looks like: JSON, JSON lines, documents between lines of dashes, paragraphs where there are blank lines, else one
 * document per line.
 */
export function guessFormat(text: string): TextFormat {
  const start = text.trimStart();
  if (/^\[\s*(?:["{]|\]\s*$)/.test(start)) return "json";
  if (start.startsWith("{")) {
    if (isJson(start.slice(0, start.search(/[\r\n]|$/)))) return "jsonl";
    if (isJson(start)) return "json";
  }
  if (RULE.test(normalizeLines(text))) return "rules";
  return /\S\s*?\n[^\S\n]*\n\s*\S/.test(normalizeLines(text)) ? "paragraphs" : "lines";
}

/**
 * Cuts a text into documents. Documents of white space are left out, except for empty strings in a JSON array.
 *
 * @throws TextSourceError naming the line or the item that cannot be read.
 */
export function splitText(text: string, format: TextFormat, options: SplitOptions): SourceText[] {
  return SPLITTERS[format](normalizeLines(text.replace(/^\uFEFF/, "")), options);
}

/**
 * Decodes a file's bytes.
 *
 * @throws TextSourceError when they are not UTF-8.
 */
export function decodeUtf8(bytes: ArrayBuffer | Uint8Array, name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new TextSourceError(`${name} is not UTF-8 text. Convert it to UTF-8 first.`, { cause });
  }
}

const RULE = /^[^\S\n]*-{3,}[^\S\n]*$/m;

const SPLITTERS: Readonly<Record<TextFormat, (text: string, options: SplitOptions) => SourceText[]>> = {
  lines: (text, { name }) => group(text, name, () => "first"),
  paragraphs: (text, { name }) => group(text, name, (line) => (line.trim() === "" ? "separator" : "more")),
  rules: (text, { name }) => group(text, name, (line) => (RULE.test(line) ? "separator" : "more")),
  sections: (text, { name }) => group(text, name, headingFinder()),
  json: splitJson,
  jsonl: (text, options) =>
    text.split("\n").flatMap((line, index) => {
      const source = `${options.name}:${index + 1}`;
      return line.trim() === "" ? [] : [{ text: textOfRecord(parseJson(line, source), source, options), source }];
    }),
  csv: (text, options) => textsOfTable(text, ",", options),
  tsv: (text, options) => textsOfTable(text, "\t", options),
};

function normalizeLines(text: string): string {
  return text.replace(/\r\n?/g, "\n");
}

/** What a line is: the first of a document, one more line of it, or what separates two documents. */
type LineRole = "first" | "more" | "separator";

function group(text: string, name: string, roleOf: (line: string) => LineRole): SourceText[] {
  const documents: { first: number; lines: string[] }[] = [];
  let open = false;
  for (const [index, line] of text.split("\n").entries()) {
    const role = roleOf(line);
    if (role === "separator") {
      open = false;
      continue;
    }
    if (!open || role === "first") documents.push({ first: index + 1, lines: [] });
    documents.at(-1)!.lines.push(line);
    open = true;
  }
  return documents
    .map(({ first, lines }) => {
      const blank = Math.max(
        0,
        lines.findIndex((line) => line.trim() !== ""),
      );
      return { text: lines.join("\n").trim(), source: `${name}:${first + blank}` };
    })
    .filter((document) => document.text !== "");
}

/** Finds Markdown headings outside fenced code (CommonMark 4.2 and 4.5). */
function headingFinder(): (line: string) => LineRole {
  let fence: string | undefined;
  return (line) => {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark !== undefined && fence === undefined) fence = mark;
    else if (mark?.startsWith(fence!)) fence = undefined;
    return fence === undefined && /^ {0,3}#{1,6}(\s|$)/.test(line) ? "first" : "more";
  };
}

function splitJson(text: string, options: SplitOptions): SourceText[] {
  const { name } = options;
  if (text.trim() === "") return [];
  const value = parseJson(text, name);
  const listed = Array.isArray(value) ? value : ((value as { documents?: unknown } | null)?.documents ?? [value]);
  if (!Array.isArray(listed)) throw new TextSourceError(`${name}: \`documents\` must be an array.`);
  return listed.map((record: unknown, index) => {
    const source = `${name}[${index}]`;
    return { text: textOfRecord(record, source, options), source };
  });
}

/**
 * With a header that names a text field, that column; a table of a single column is texts.
 *
 * @throws TextSourceError when no column is a text field, or when a row has another number of fields than the first: a separator in a text
 * without quotes would cut the text, and move the fields after it to other columns.
 */
function textsOfTable(text: string, separator: "," | "\t", options: SplitOptions): SourceText[] {
  const [header, ...rows] = parseCsv(text, separator, options.name);
  if (!header) return [];
  const { name, field } = options;
  const names = header.fields.map((each) => each.trim());
  const recordOf = ({ fields }: CsvRow) => Object.fromEntries(names.map((each, index) => [each, fields[index] ?? ""]));
  const headed = findText(recordOf(header), field) !== undefined;
  if (!headed && (names.length > 1 || field !== undefined)) {
    const wanted = field ?? TEXT_FIELDS.join(", ");
    throw new TextSourceError(`${name}:1: no column is named ${wanted}; the columns are: ${names.join(", ")}.`);
  }
  for (const { fields, line } of rows) {
    if (fields.length === names.length) continue;
    const columns = names.length === 1 ? "1 column" : `${names.length} columns (${names.join(", ")})`;
    throw new TextSourceError(
      `${name}:${line}: expected ${columns}, got ${fields.length}. Put quotes around fields that contain a ${separator === "," ? "comma" : "tab"}.`,
    );
  }
  return (headed ? rows : [header, ...rows])
    .map((row) => ({
      text: headed ? findText(recordOf(row), field)! : row.fields[0]!,
      source: `${name}:${row.line}`,
    }))
    .filter(({ text }) => text.trim() !== "");
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TextSourceError(`${source} is not valid JSON: ${(cause as Error).message}.`, { cause });
  }
}

function textOfRecord(record: unknown, source: string, { field }: SplitOptions): string {
  const found = findText(record, field);
  if (found !== undefined) return found;
  const fields = typeof record === "object" && record !== null ? Object.keys(record).slice(0, 8).join(", ") : "";
  const wanted = field ?? TEXT_FIELDS.join(", ");
  throw new TextSourceError(`${source} has no text in ${wanted}; its fields are: ${fields || "none"}.`);
}

/** The text of a string, or of an object with a text field; a title goes before it. */
function findText(record: unknown, field: string | undefined): string | undefined {
  if (typeof record === "string" && field === undefined) return record;
  if (typeof record !== "object" || record === null) return undefined;
  const values = record as Record<string, unknown>;
  const text = (field === undefined ? TEXT_FIELDS : [field]).map((name) => values[name]).find(isText);
  if (text === undefined) return undefined;
  const { title } = values;
  return field === undefined && isText(title) && title.trim() !== "" ? `${title}\n${text}` : text;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
