import { closeSync, fstatSync, ftruncateSync, openSync, readSync, renameSync, writeSync } from "node:fs";
import { CliError } from "../failure.js";
import { fileLines } from "./file-lines.js";

/** A row of a BEIR file. */
export interface JsonlRow {
  id: string;
  title: string;
  text: string;
}

/** Bytes of a slot: 8 of the id's hash, 6 of the line's offset plus 1 (0 marks a free slot), 4 of the line's length. */
const SLOT = 18;

interface Slot {
  number: number;
  /** The slot holds a row whose id has this hash. */
  used: boolean;
  offset: number;
  length: number;
}

/**
 * Finds the rows of a JSON-lines file by `_id` with a hash table on disk (open addressing), so that memory does not grow with the file.
 */
export class JsonlIndex {
  readonly path: string;
  readonly #data: number;
  readonly #table: number;
  readonly #buffer = Buffer.alloc(SLOT);
  /** Rows are read into one buffer that grows as needed, so that a long run leaves no garbage outside the heap. */
  #row = Buffer.alloc(2 ** 14);
  /** Number of slots; {@link slotOf} is below it. */
  readonly capacity: number;

  /**
   * @param path The file.
   * @param indexPath What {@link buildIndex} has written.
   */
  constructor(path: string, indexPath: string, mode: "r" | "r+" = "r") {
    this.path = path;
    this.#data = openSync(path, "r");
    this.#table = openSync(indexPath, mode);
    this.capacity = fstatSync(this.#table).size / SLOT;
  }

  /** A number that belongs to this id, `undefined` for an unknown id. Rows are distinguished by a 64-bit hash, without reading them. */
  slotOf(id: string): number | undefined {
    const { used, number } = this.#probe(fingerprint(id));
    return used ? number : undefined;
  }

  /** The row with this id. @throws CliError when the row is not valid. */
  read(id: string): JsonlRow | undefined {
    const print = fingerprint(id);
    for (let slot = this.#probe(print); slot.used; slot = this.#probe(print, slot.number + 1)) {
      const row = this.#readRow(slot);
      if (row.id === id) return row;
    }
    return undefined;
  }

  /** Adds a row. @throws CliError when its id is there already. */
  insert(id: string, offset: number, length: number, line: number): void {
    const print = fingerprint(id);
    let slot = this.#probe(print);
    for (; slot.used; slot = this.#probe(print, slot.number + 1)) {
      if (this.#readRow(slot).id === id) throw new CliError(`${this.path}:${line}: the id "${id}" appears twice.`);
    }
    print.copy(this.#buffer);
    this.#buffer.writeUIntLE(offset + 1, 8, 6);
    this.#buffer.writeUInt32LE(length, 14);
    writeSync(this.#table, this.#buffer, 0, SLOT, slot.number * SLOT);
  }

  close(): void {
    closeSync(this.#data);
    closeSync(this.#table);
  }

  /** The next slot that is free or holds the hash. */
  #probe(print: Buffer, from = print.readUIntLE(0, 6)): Slot {
    for (let number = from % this.capacity; ; number = (number + 1) % this.capacity) {
      readSync(this.#table, this.#buffer, 0, SLOT, number * SLOT);
      const stored = this.#buffer.readUIntLE(8, 6);
      const used = stored > 0 && this.#buffer.compare(print, 0, 8, 0, 8) === 0;
      if (stored === 0 || used) return { number, used, offset: stored - 1, length: this.#buffer.readUInt32LE(14) };
    }
  }

  #readRow({ offset, length }: Slot): JsonlRow {
    if (this.#row.length < length) this.#row = Buffer.alloc(length * 2);
    readSync(this.#data, this.#row, 0, length, offset);
    // A byte order mark at the start of the file is not part of its first row.
    const line = this.#row.toString("utf8", 0, length).replace(/^\uFEFF/, "");
    const { id, end } = readId(line, this.path);
    const { title, text } = parseAfter(line, end, `${this.path}, row "${id}"`) as { title?: unknown; text?: unknown };
    if (typeof text !== "string") throw new CliError(`${this.path}: the row "${id}" has no string \`text\`.`);
    return { id, title: typeof title === "string" ? title : "", text };
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
  const table = openSync(partial, "w");
  ftruncateSync(table, SLOT * 2 ** Math.ceil(Math.log2(2 + lines * 1.5)));
  closeSync(table);
  const index = new JsonlIndex(path, partial, "r+");
  try {
    for await (const rows of fileLines(path, signal)) {
      for (const { text, offset, length, number } of rows) {
        if (text.trim() !== "") index.insert(readId(text, `${path}:${number}`).id, offset, length, number);
      }
    }
  } finally {
    index.close();
  }
  renameSync(partial, indexPath);
}

const print = Buffer.alloc(8);

/** A 64-bit hash (two mixed 32-bit lanes, as in cyrb53). The buffer is used again by the next call. */
function fingerprint(id: string): Buffer {
  let low = 0xdeadbeef;
  let high = 0x41c6ce57;
  for (let index = 0; index < id.length; index++) {
    const unit = id.charCodeAt(index);
    low = Math.imul(low ^ unit, 2654435761);
    high = Math.imul(high ^ unit, 1597334677);
  }
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  print.writeUInt32LE(low >>> 0, 0);
  print.writeUInt32LE(high >>> 0, 4);
  return print;
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
