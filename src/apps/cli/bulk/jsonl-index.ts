import { closeSync, openSync, readSync, renameSync } from "node:fs";
import { CliError } from "../failure.js";
import { fileLines } from "./file-lines.js";
import { HashPartitions, PARTITION_SLOTS } from "./hash-partitions.js";
import { type Entry, HashTable, hashOf, readEntry } from "./hash-table.js";

/** A row of a BEIR file. */
export interface JsonlRow {
  id: string;
  title: string;
  text: string;
}

/** Slots that are read at a time when rows are looked up in any order: 576 bytes, so that the search for a hash seldom needs a second read. */
const LOOKUP_SLOTS = 2 ** 5;

/** Finds the rows of a JSON-lines file by `_id` with an index on disk, so that memory does not grow with the file. */
export class JsonlIndex {
  readonly path: string;
  readonly #lines: LineReader;
  readonly #table: HashTable;

  /**
   * @param path The file.
   * @param indexPath What {@link buildIndex} has written.
   */
  constructor(path: string, indexPath: string) {
    this.path = path;
    this.#lines = new LineReader(path);
    this.#table = new HashTable(indexPath, LOOKUP_SLOTS);
  }

  /** {@link slotOf} is below it. */
  get capacity(): number {
    return this.#table.capacity;
  }

  /** A number that belongs to this id, `undefined` for an unknown id. Rows are distinguished by a 64-bit hash, without reading them. */
  slotOf(id: string): number | undefined {
    const { used, number } = this.#table.find(hashOf(id));
    return used ? number : undefined;
  }

  /** The row with this id. @throws CliError when the row is not valid. */
  read(id: string): JsonlRow | undefined {
    const hash = hashOf(id);
    for (let slot = this.#table.find(hash); slot.used; slot = this.#table.find(hash, slot.number + 1)) {
      const row = this.#readRow(slot);
      if (row.id === id) return row;
    }
    return undefined;
  }

  close(): void {
    this.#lines.close();
    this.#table.close();
  }

  #readRow(entry: Entry): JsonlRow {
    const line = this.#lines.read(entry);
    const { id, end } = readId(line, this.path);
    const { title, text } = parseAfter(line, end, `${this.path}, row "${id}"`) as { title?: unknown; text?: unknown };
    if (typeof text !== "string") throw new CliError(`${this.path}: the row "${id}" has no string \`text\`.`);
    return { id, title: typeof title === "string" ? title : "", text };
  }
}

/** Reads single lines of a file. */
class LineReader {
  readonly #file: number;
  /** Grows as needed; a new one for each line would be garbage outside the heap. */
  #buffer = Buffer.alloc(2 ** 14);

  constructor(path: string) {
    this.#file = openSync(path, "r");
  }

  read({ offset, length }: Entry): string {
    if (this.#buffer.length < length) this.#buffer = Buffer.alloc(length * 2);
    readSync(this.#file, this.#buffer, 0, length, offset);
    // A byte order mark at the start of the file is not part of its first row.
    return this.#buffer.toString("utf8", 0, length).replace(/^\uFEFF/, "");
  }

  close(): void {
    closeSync(this.#file);
  }
}

/**
 * Writes the index of a file, unless there is one. It appears under its name only when it is complete.
 *
 * @param lines Number of lines in the file.
 * @throws CliError naming file and line for a row without an id, or an id that appears twice.
 */
export async function buildIndex(path: string, indexPath: string, lines: number, signal: AbortSignal): Promise<void> {
  const partial = `${indexPath}.partial`;
  HashTable.create(partial, lines);
  const table = new HashTable(partial, PARTITION_SLOTS, "r+");
  const rows = new HashPartitions(`${indexPath}.rows`, table.capacity);
  try {
    for await (const group of fileLines(path, signal)) {
      for (const { text, offset, length, number } of group) {
        if (text.trim() !== "") rows.add(readId(text, `${path}:${number}`).id, { offset, length });
      }
    }
    const repeated = await fillTable(table, rows, path, signal);
    if (repeated !== undefined) throw await repetition(path, repeated, signal);
  } finally {
    rows.close();
    table.close();
  }
  renameSync(partial, indexPath);
}

/** Returns the offset of the first row with the id of an earlier one. */
async function fillTable(
  table: HashTable,
  rows: HashPartitions,
  path: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  const lines = new LineReader(path);
  const idOf = (entry: Entry) => readId(lines.read(entry), path).id;
  let repeated: number | undefined;
  try {
    for await (const group of rows.entries(signal)) {
      for (const row of group) {
        let slot = table.find(row);
        // Rows are read again only if they have the same hash.
        while (slot.used && idOf(slot) !== idOf(readEntry(row))) slot = table.find(row, slot.number + 1);
        if (slot.used) repeated = Math.min(repeated ?? Number.POSITIVE_INFINITY, readEntry(row).offset);
        else table.put(slot.number, row);
      }
    }
  } finally {
    lines.close();
  }
  return repeated;
}

async function repetition(path: string, at: number, signal: AbortSignal): Promise<CliError> {
  for await (const group of fileLines(path, signal)) {
    for (const { text, offset, number } of group) {
      if (offset === at) return new CliError(`${path}:${number}: the id "${readId(text, path).id}" appears twice.`);
    }
  }
  return new CliError(`${path}: the file has changed while it was read.`);
}

const ID_FIRST = /^\s*\{\s*"_id"\s*:\s*"([^"\\\p{Cc}]+)"\s*(?:,|(?=\}))/u;

/**
 * The `_id` of a row, and the position after it if it comes first, as most files write it. There it is cut out of the line unparsed: V8's
 * parser keeps every short string that it has read in a table until the next full collection, which for a million IDs takes more memory than
 * everything else here.
 */
function readId(line: string, where: string): { id: string; end: number } {
  const [start, first] = ID_FIRST.exec(line) ?? [];
  if (start !== undefined && first) return { id: first, end: start.length };
  const row = parse(line, where) as { _id?: unknown; id?: unknown } | null;
  const id = row?._id ?? row?.id;
  if (typeof id === "string" && id !== "") return { id, end: 0 };
  if (Number.isSafeInteger(id)) return { id: String(id), end: 0 };
  throw new CliError(`${where}: the row has no \`_id\`.`);
}

/** The fields of a row after its ID. */
function parseAfter(line: string, end: number, where: string): unknown {
  if (end === 0) return parse(line, where);
  const rest = line.slice(end);
  try {
    return JSON.parse(`{${rest}`);
  } catch {
    // The blanks keep the position in the error correct.
    return parse(`{${rest.padStart(line.length - 1)}`, where);
  }
}

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CliError(`${where}: not valid JSON: ${(cause as Error).message}.`, undefined, { cause });
  }
}
