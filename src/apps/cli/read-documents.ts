import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { CliError, EXIT } from "./failure.js";

/** A text to rank and where it was read. */
export interface SourceDocument {
  text: string;
  /** `file:line` of its first line, counted from 1. */
  source: string;
}

/** How a file is cut into documents. */
export type DocumentFormat = "paragraphs" | "sections" | "lines" | "json" | "jsonl";

/** Names of the formats. */
export const DOCUMENT_FORMATS: readonly DocumentFormat[] = ["paragraphs", "sections", "lines", "json", "jsonl"];

const BY_EXTENSION: Record<string, DocumentFormat> = {
  ".txt": "paragraphs",
  ".md": "sections",
  ".markdown": "sections",
  ".jsonl": "jsonl",
  ".ndjson": "jsonl",
  ".json": "json",
};

/** Fields that hold the text of a record, in the order they are looked for. */
const TEXT_FIELDS = ["text", "pageContent", "page_content", "content", "passage", "body"] as const;

/** Options of {@link readDocuments}. */
export interface ReadOptions {
  /** Default: what the file's extension says; for standard input, what it looks like. */
  format?: DocumentFormat | undefined;
  /** Field of JSON records that holds the text. */
  field?: string | undefined;
}

/**
 * Reads documents from files, `-` being standard input.
 *
 * @throws CliError for what cannot be read or holds no text.
 */
export async function readDocuments(files: readonly string[], options: ReadOptions = {}): Promise<SourceDocument[]> {
  const documents: SourceDocument[] = [];
  for (const file of files.length > 0 ? files : ["-"]) {
    const text = await readText(file);
    const format = options.format ?? (file === "-" ? guessFormat(text) : BY_EXTENSION[extname(file).toLowerCase()]);
    if (format === undefined) {
      throw new CliError(`${file}: say with --format what it holds (${DOCUMENT_FORMATS.join(", ")}).`, EXIT.usage);
    }
    const found = SPLITTERS[format](text, file === "-" ? "stdin" : file, options.field);
    if (found.length === 0) throw new CliError(`${file === "-" ? "standard input" : file} holds no text.`);
    documents.push(...found);
  }
  return documents;
}

async function readText(file: string): Promise<string> {
  const bytes =
    file === "-"
      ? await readStandardInput()
      : await readFile(file).catch((error: NodeJS.ErrnoException) => {
          const reason = { ENOENT: "there is no such file", EISDIR: "it is a folder", EACCES: "it may not be read" }[
            error.code ?? ""
          ];
          throw new CliError(`${file}: ${reason ?? error.message}.`, EXIT.failed, { cause: error });
        });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new CliError(`${file} is not UTF-8 text.`, EXIT.failed, { cause });
  }
}

async function readStandardInput(): Promise<Buffer> {
  if (process.stdin.isTTY) throw new CliError("name a file, or pipe documents into standard input.", EXIT.usage);
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** What piped text looks like: JSON, paragraphs if there are blank lines, else one document a line. */
function guessFormat(text: string): DocumentFormat {
  const start = text.trimStart();
  if (start.startsWith("[")) return "json";
  if (start.startsWith("{")) return canParse(start.slice(0, start.search(/[\r\n]|$/))) ? "jsonl" : "json";
  return /\n[^\S\n]*\n/.test(text.trim()) ? "paragraphs" : "lines";
}

function canParse(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

type Splitter = (text: string, file: string, field: string | undefined) => SourceDocument[];

const SPLITTERS: Record<DocumentFormat, Splitter> = {
  lines: (text, file) => group(text, file, () => true),
  paragraphs: (text, file) => group(text, file, (_, previous) => previous.trim() === ""),
  sections: (text, file) => group(text, file, headingFinder()),
  jsonl: (text, file, field) =>
    lines(text).flatMap((line, index) => {
      const source = `${file}:${index + 1}`;
      return line.trim() === "" ? [] : [{ text: textOf(parseJson(line, source), source, field), source }];
    }),
  json: (text, file, field) => {
    const value = parseJson(text, file);
    const listed = Array.isArray(value) ? value : ((value as { documents?: unknown })?.documents ?? [value]);
    if (!Array.isArray(listed)) throw new CliError(`${file}: \`documents\` is no list.`);
    return listed.map((record, index) => {
      const source = `${file}[${index}]`;
      return { text: textOf(record, source, field), source };
    });
  },
};

function lines(text: string): string[] {
  return text.split(/\r\n|\n|\r/);
}

/** Joins lines into documents; a line for which `starts` holds opens the next one. Documents of white space are left out. */
function group(text: string, file: string, starts: (line: string, previous: string) => boolean): SourceDocument[] {
  const groups: { first: number; lines: string[] }[] = [];
  let previous = "";
  for (const [index, line] of lines(text).entries()) {
    if (groups.length === 0 || starts(line, previous)) groups.push({ first: index + 1, lines: [] });
    groups.at(-1)!.lines.push(line);
    previous = line;
  }
  return groups
    .map(({ first, lines: own }) => {
      const blank = own.findIndex((line) => line.trim() !== "");
      return { text: own.join("\n").trim(), source: `${file}:${first + Math.max(0, blank)}` };
    })
    .filter((document) => document.text !== "");
}

/** Finds Markdown headings; lines inside a fence of code are none. */
function headingFinder(): (line: string) => boolean {
  let fence: string | undefined;
  return (line) => {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark !== undefined && fence === undefined) fence = mark;
    else if (mark !== undefined && mark[0] === fence![0] && mark.length >= fence!.length) fence = undefined;
    return fence === undefined && /^ {0,3}#{1,6}(\s|$)/.test(line);
  };
}

function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CliError(`${source} is not valid JSON: ${(cause as Error).message}.`, EXIT.failed, { cause });
  }
}

function textOf(record: unknown, source: string, field: string | undefined): string {
  if (typeof record === "string" && field === undefined) return record;
  const fields = field === undefined ? TEXT_FIELDS : [field];
  const values = typeof record === "object" && record !== null ? (record as Record<string, unknown>) : {};
  const found = fields.map((name) => values[name]).find((value) => typeof value === "string");
  if (typeof found === "string") return found;
  const known = Object.keys(values).slice(0, 8).join(", ") || "none";
  throw new CliError(`${source} has no text in ${fields.join(", ")}; its fields are: ${known}. Name one with --field.`);
}
