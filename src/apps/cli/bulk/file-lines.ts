import { isAscii } from "node:buffer";
import { type FileHandle, open } from "node:fs/promises";
import { CliError } from "../failure.js";

/** A line of a file, without its line break. */
export interface FileLine {
  text: string;
  /** Position of the first byte in the file, and number of bytes. */
  offset: number;
  length: number;
  /** Counted from 1. */
  number: number;
}

const NEWLINE = 10;

/** Bytes that are read at a time. */
const CHUNK = 2 ** 18;

/**
 * Reads a UTF-8 file line by line, in memory that does not grow with the file. The lines come in groups, because waiting for each line would
 * take longer than reading it; a group must be used up before the next one is requested.
 *
 * @throws CliError when the file cannot be read, or naming the line that is not UTF-8.
 */
export async function* fileLines(path: string, signal: AbortSignal): AsyncGenerator<Iterable<FileLine>> {
  const lines = new LineCutter(path);
  for await (const chunk of fileChunks(path, signal)) yield lines.cut(chunk);
  yield lines.rest();
}

class LineCutter {
  readonly #path: string;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });
  /** The beginning of a line whose end is in a later chunk. */
  #pending: Buffer[] = [];
  #offset = 0;
  #number = 0;

  constructor(path: string) {
    this.#path = path;
  }

  *cut(chunk: Buffer): Generator<FileLine> {
    // In ASCII, characters are bytes: decoding all at once takes a fraction of the time that each line on its own takes.
    const ascii = isAscii(chunk) ? chunk.toString("latin1") : undefined;
    const next = (from: number) => ascii?.indexOf("\n", from) ?? chunk.indexOf(NEWLINE, from);
    let start = 0;
    for (let end = next(start); end >= 0; end = next(start)) {
      const isWhole = this.#pending.length === 0;
      yield ascii !== undefined && isWhole
        ? this.#line(ascii.slice(start, end), end - start)
        : this.#decodedLine(chunk.subarray(start, end));
      start = end + 1;
    }
    if (start < chunk.length) this.#pending.push(Buffer.from(chunk.subarray(start)));
  }

  /** The last line, if no line break ends it. */
  *rest(): Generator<FileLine> {
    if (this.#pending.length > 0) yield this.#decodedLine(Buffer.alloc(0));
  }

  #decodedLine(end: Buffer): FileLine {
    const bytes = this.#pending.length === 0 ? end : Buffer.concat([...this.#pending, end]);
    this.#pending = [];
    return this.#line(this.#decode(bytes), bytes.length);
  }

  #line(text: string, length: number): FileLine {
    const offset = this.#offset;
    this.#offset += length + 1;
    this.#number++;
    return { text, offset, length, number: this.#number };
  }

  #decode(bytes: Buffer): string {
    try {
      return this.#decoder.decode(bytes);
    } catch (cause) {
      throw new CliError(`${this.#path}:${this.#number + 1}: not UTF-8 text.`, undefined, { cause });
    }
  }
}

/**
 * The bytes of a file, in chunks. Each is valid until the next one is asked for: all use the same memory, since new buffers would pile up
 * outside the heap until the next collection.
 *
 * @throws CliError when the file cannot be read. The signal's reason.
 */
export async function* fileChunks(path: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  if (path.endsWith(".gz"))
    throw new CliError(`${path}: compressed files cannot be read here; decompress the file first.`);
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const buffer = Buffer.alloc(CHUNK);
    for (;;) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(buffer, 0, CHUNK);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    const reason = { ENOENT: "there is no such file", EISDIR: "it is a folder" }[
      (error as NodeJS.ErrnoException).code ?? ""
    ];
    throw reason ? new CliError(`${path}: ${reason}.`, undefined, { cause: error }) : error;
  } finally {
    await file?.close();
  }
}
