import { checkOptions } from "../../options.js";
import { parseCsv } from "../../text-sources/csv.js";
import { TextSourceError } from "../../text-sources/text-source-error.js";
import type { CorpusDocument } from "../types.js";
import { READ_CHECKS, type ReadOptions, SourceReader, type TextSource } from "./source.js";
import { DOCUMENT_NAMES, QUERY_NAMES } from "./table-format.js";

/**
 * Reads a corpus: JSON lines or a JSON array of objects with `_id`, `title` (optional) and `text`, as in BEIR; a `.csv` or `.tsv` with those
 * columns; or a `.tsv` of `id<tab>text`.
 *
 * @returns Documents by id, in the order of the file.
 * @throws InvalidInputError when a record is not JSON, has no id or text, or repeats an id. The error names file and line.
 * @throws InvalidOptionError when an option is unknown or not allowed.
 * @example
 * const corpus = await readCorpus("my-dataset/corpus.jsonl");
 * corpus.get("d1")?.text;
 */
export async function readCorpus(source: TextSource, options: ReadOptions = {}): Promise<Map<string, CorpusDocument>> {
  checkOptions(options, READ_CHECKS, "readCorpus");
  return readTexts(source, options, "corpus", ({ id, title, text }) => ({ id, title, text }));
}

/**
 * Reads queries from the same formats as {@link readCorpus}; the text may also be called `query`.
 *
 * @returns Query texts by id, in the order of the file.
 * @throws InvalidInputError as {@link readCorpus}, and when a query is blank.
 * @throws InvalidOptionError when an option is unknown or not allowed.
 * @example
 * const queries = await readQueries("my-dataset/queries.jsonl");
 * queries.get("q1"); // "why do brake pads squeal"
 */
export async function readQueries(source: TextSource, options: ReadOptions = {}): Promise<Map<string, string>> {
  checkOptions(options, READ_CHECKS, "readQueries");
  return new Map(Array.from(await readNumberedQueries(source, options), ([id, { text }]) => [id, text]));
}

/** {@link readQueries} with the line of each query. */
export async function readNumberedQueries(
  source: TextSource,
  options: ReadOptions,
): Promise<Map<string, { text: string; line: number | undefined }>> {
  return readTexts(source, options, "queries", ({ id, text, line, fail }) => {
    if (text.trim() === "") throw fail(`Query "${id}" is blank.`);
    return { text, line };
  });
}

type Kind = "corpus" | "queries";

/** One record, as it was found. */
interface RawRecord {
  fields: Readonly<Record<string, unknown>>;
  line: number | undefined;
  fail: (problem: string, cause?: unknown) => Error;
}

interface TextRecord extends RawRecord {
  id: string;
  title: string;
  text: string;
}

async function readTexts<T>(
  source: TextSource,
  options: ReadOptions,
  kind: Kind,
  make: (record: TextRecord) => T,
): Promise<Map<string, T>> {
  const reader = new SourceReader(source, options);
  const separated = /\.([ct])sv(\.gz)?$/i.exec(reader.name);
  const records = separated ? readSeparated(reader, separated[1]!.toLowerCase() === "t", kind) : readJson(reader);
  const result = new Map<string, T>();
  for await (const raw of records) {
    const record = { ...raw, ...toText(raw, kind) };
    if (result.has(record.id)) throw record.fail(`The id "${record.id}" appears twice.`);
    result.set(record.id, make(record));
  }
  reader.flushWarnings();
  if (result.size === 0) throw reader.error(undefined, `It has no rows: the ${kind} file is empty.`);
  return result;
}

const ID_NAMES = { corpus: ["_id", "id", ...DOCUMENT_NAMES], queries: ["_id", "id", ...QUERY_NAMES.slice(0, -1)] };
const TEXT_NAMES = { corpus: ["text"], queries: ["text", "query"] };

function toText({ fields, fail }: RawRecord, kind: Kind): { id: string; title: string; text: string } {
  const pick = (names: readonly string[]) => names.map((name) => fields[name]).find((value) => value !== undefined);
  const [id, text, title] = [pick(ID_NAMES[kind]), pick(TEXT_NAMES[kind]), fields.title ?? ""];
  const found = Object.keys(fields).slice(0, 8).join(", ") || "none";
  if ((typeof id !== "string" && !Number.isSafeInteger(id)) || id === "")
    throw fail(`It has no \`_id\` that is a string; its fields are: ${found}.`);
  if (typeof text !== "string") throw fail(`It has no \`text\` that is a string; its fields are: ${found}.`);
  if (typeof title !== "string") throw fail("Its `title` is not a string.");
  return { id: String(id), title, text };
}

/** JSON lines, or one JSON array if the file starts with a bracket. */
async function* readJson(reader: SourceReader): AsyncGenerator<RawRecord> {
  let array: string[] | undefined;
  let isFirst = true;
  for await (const { text, number } of reader.lines()) {
    if (text.trim() === "") continue;
    if (isFirst && text.trimStart().startsWith("[")) array = [];
    isFirst = false;
    if (array) {
      array.push(text);
      continue;
    }
    const fail = failAt(reader, number);
    if (text.startsWith("version https://git-lfs."))
      throw fail("It is a Git LFS pointer, not the file itself. Run `git lfs pull` in the repository that you cloned.");
    yield { fields: toFields(parseJson(text, fail, "It is not one JSON object")), line: number, fail };
  }
  if (!array) return;
  const items = parseJson(array.join("\n"), failAt(reader, undefined), "It is not a JSON array");
  for (const [index, item] of (items as unknown[]).entries()) {
    const fail = (problem: string) => reader.errorAt(`${reader.name}[${index}]`, problem);
    yield { fields: toFields(item), line: undefined, fail };
  }
}

/** CSV or TSV with a header, or TSV of id and text without one. */
async function* readSeparated(reader: SourceReader, tabs: boolean, kind: Kind): AsyncGenerator<RawRecord> {
  let header: readonly string[] | undefined;
  for await (const { fields, line } of tabs ? splitTabs(reader) : splitCsv(reader)) {
    const fail = failAt(reader, line);
    if (!header) {
      const names = fields.map((name) => name.trim().toLowerCase());
      const isHeader = [ID_NAMES, TEXT_NAMES].every((known) => names.some((name) => known[kind].includes(name)));
      if (!isHeader && !tabs) {
        const found = JSON.stringify(fields.join(",").slice(0, 80));
        throw fail(`Expected a header such as "_id,text" or "_id,title,text", got ${found}.`);
      }
      header = isHeader ? names : ["_id", "text"];
      if (isHeader) continue;
    }
    const values = header.length === 2 && tabs ? [fields[0]!, fields.slice(1).join("\t")] : fields;
    if (values.length !== header.length || fields.length < 2)
      throw fail(`Expected ${header.length} columns (${header.join(", ")}), got ${fields.length}.`);
    yield { fields: Object.fromEntries(header.map((name, i) => [name, values[i]])), line, fail };
  }
}

interface Fields {
  fields: string[];
  line: number;
}

async function* splitTabs(reader: SourceReader): AsyncGenerator<Fields> {
  for await (const { text, number } of reader.lines())
    if (text.trim() !== "") yield { fields: text.split("\t"), line: number };
}

async function* splitCsv(reader: SourceReader): AsyncGenerator<Fields> {
  let text = "";
  for await (const line of reader.lines()) text += `${line.text}\n`;
  try {
    yield* parseCsv(text, ",", reader.name);
  } catch (cause) {
    if (!(cause instanceof TextSourceError)) throw cause;
    throw reader.error(undefined, cause.message, cause);
  }
}

function failAt(reader: SourceReader, line: number | undefined): RawRecord["fail"] {
  return (problem, cause) => reader.error(line, problem, cause);
}

function parseJson(text: string, fail: RawRecord["fail"], problem: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw fail(`${problem}: ${(cause as Error).message}.`, cause);
  }
}

function toFields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
