import type { SourceReader } from "./source.js";
import type { TableRow } from "./table-row.js";

/** What may follow in `{"query": {"document": number}}`: the next state by kind of token, state by state. */
const NEXT: readonly Readonly<Record<string, number>>[] = [
  { "{": 1 },
  { query: 2, "}": 9 },
  { ":": 3 },
  { "{": 4 },
  { document: 5, "}": 8 },
  { ":": 6 },
  { number: 7 },
  { ",": 10, "}": 8 },
  { ",": 11, "}": 9 },
  {},
  { document: 5 },
  { query: 2 },
];
const END = 9;
const TOKEN = /\s*(?:([{}:,])|("(?:[^"\\]|\\.)*")|([-+.\w]+))/gy;

/**
 * Reads the JSON of ranx as a stream. `JSON.parse` would need the whole file in one string, would silently drop all but the last of equal
 * keys, and knows no line numbers.
 */
export async function* readRanxJson(reader: SourceReader): AsyncGenerator<TableRow> {
  const queries = new Set<string>();
  let [state, query, document, line] = [0, "", "", 1];
  for await (const { text, number } of reader.lines()) {
    line = number;
    let end = 0;
    for (const [token, mark, key, value] of text.matchAll(TOKEN)) {
      const kind = mark ?? (value === undefined ? ("query" in NEXT[state]! ? "query" : "document") : "number");
      const next = NEXT[state]![kind];
      if (next === undefined) throw unexpected(reader, number, token.trim());
      if (kind === "query") {
        query = unquote(reader, number, key!);
        if (queries.has(query)) throw reader.error(number, `Query "${query}" appears twice.`);
        queries.add(query);
      } else if (kind === "document") document = unquote(reader, number, key!);
      else if (kind === "number") yield { query, document, value: value!, line: number };
      state = next;
      end += token.length;
    }
    if (text.slice(end).trim() !== "") throw unexpected(reader, number, text.slice(end).trim());
  }
  if (state !== END) throw reader.error(line, "The JSON ends too early.");
}

function unquote(reader: SourceReader, line: number, key: string): string {
  try {
    return JSON.parse(key) as string;
  } catch (cause) {
    throw Object.assign(unexpected(reader, line, key), { cause });
  }
}

function unexpected(reader: SourceReader, line: number, text: string): Error {
  const shape = '{"query": {"document": number}}';
  return reader.error(line, `Unexpected ${JSON.stringify(text.slice(0, 40))}. Expected JSON of the form ${shape}.`);
}
