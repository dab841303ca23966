import type { CorpusDocument } from "../types.js";
import { type Line, type ReadOptions, SourceReader, type TextSource } from "./source.js";

/**
 * Reads a corpus: one JSON object a line with `_id`, `title` (may be missing) and `text`, as BEIR has it, or `id<tab>text` for a `.tsv`.
 *
 * @returns Documents by id, in the order of the file.
 * @throws InvalidInputError that names file and line: no JSON, no id, a text that is no string, an id that stands twice.
 */
export async function readCorpus(source: TextSource, options: ReadOptions = {}): Promise<Map<string, CorpusDocument>> {
  return readTexts(source, options, "the corpus is empty", (id, row) => ({ id, title: row.title, text: row.text }));
}

/**
 * Reads queries: one JSON object a line with `_id` and `text`, as BEIR has it, or `id<tab>text` for a `.tsv`.
 *
 * @returns Query texts by id, in the order of the file.
 * @throws InvalidInputError as {@link readCorpus}, and for a blank query.
 */
export async function readQueries(source: TextSource, options: ReadOptions = {}): Promise<Map<string, string>> {
  return new Map(Array.from(await readNumberedQueries(source, options), ([id, { text }]) => [id, text]));
}

/** {@link readQueries} with the line that each stands on. */
export async function readNumberedQueries(
  source: TextSource,
  options: ReadOptions,
): Promise<Map<string, { text: string; line: number }>> {
  return readTexts(source, options, "there are no queries", (id, { text }, fail, line) => {
    if (text.trim() === "") throw fail(`query "${id}" is blank`);
    return { text, line };
  });
}

interface TextRow {
  id: string;
  title: string;
  text: string;
}

type Fail = (problem: string) => Error;

async function readTexts<T>(
  source: TextSource,
  options: ReadOptions,
  empty: string,
  make: (id: string, row: TextRow, fail: Fail, line: number) => T,
): Promise<Map<string, T>> {
  const reader = new SourceReader(source, options);
  const tabs = /\.tsv(\.gz)?$/i.test(reader.name);
  const result = new Map<string, T>();
  for await (const line of reader.lines()) {
    if (line.text.trim() === "") continue;
    const fail: Fail = (problem) => reader.error(line.number, problem);
    const row = tabs ? parseTabs(line, fail) : parseJson(line, fail);
    if (result.has(row.id)) throw fail(`id "${row.id}" stands twice`);
    result.set(row.id, make(row.id, row, fail, line.number));
  }
  reader.flushWarnings();
  if (result.size === 0) throw reader.error(undefined, `holds no rows: ${empty}`);
  return result;
}

function parseTabs({ text }: Line, fail: Fail): TextRow {
  const tab = text.indexOf("\t");
  if (tab < 1) throw fail(`${JSON.stringify(text.slice(0, 80))} has no tab between id and text`);
  return { id: text.slice(0, tab), title: "", text: text.slice(tab + 1) };
}

function parseJson({ text }: Line, fail: Fail): TextRow {
  let row: unknown;
  try {
    row = JSON.parse(text);
  } catch (cause) {
    throw Object.assign(fail(`is not one JSON object: ${(cause as Error).message}`), { cause });
  }
  const { _id, id = _id, title = "", text: body } = (row ?? {}) as Record<string, unknown>;
  if ((typeof id !== "string" && !Number.isSafeInteger(id)) || id === "") throw fail("has no `_id` that is a string");
  if (typeof title !== "string" && title !== null) throw fail("`title` is not a string");
  if (typeof body !== "string") throw fail("has no `text` that is a string");
  return { id: String(id), title: title ?? "", text: body };
}
