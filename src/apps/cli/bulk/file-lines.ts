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
 * Reads a UTF-8 file line by line, in memory that does not grow with the file.
 *
 * @throws CliError when the file cannot be read, or naming the line that is not UTF-8.
 */
export async function* fileLines(path: string, signal: AbortSignal): AsyncGenerator<FileLine> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let pending: Buffer[] = [];
  let offset = 0;
  let number = 0;
  const next = (end: Buffer): FileLine => {
    const bytes = pending.length === 0 ? end : Buffer.concat([...pending, end]);
    pending = [];
    const line = { text: "", offset, length: bytes.length, number: ++number };
    offset += bytes.length + 1;
    try {
      return { ...line, text: decoder.decode(bytes) };
    } catch (cause) {
      throw new CliError(`${path}:${number}: not UTF-8 text.`, undefined, { cause });
    }
  };
  for await (const chunk of fileChunks(path, signal)) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      yield next(chunk.subarray(start, end));
      start = end + 1;
    }
    if (start < chunk.length) pending.push(Buffer.from(chunk.subarray(start)));
  }
  if (pending.length > 0) yield next(Buffer.alloc(0));
}

/**
 * The bytes of a file, in chunks. Each is valid until the next one is asked for: all use the same memory, since new buffers would pile up
 * outside the heap until the next collection.
 *
 * @throws CliError when the file cannot be read. The signal's reason.
 */
export async function* fileChunks(path: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  if (path.endsWith(".gz")) throw new CliError(`${path}: compressed files cannot be read here; unpack it first.`);
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
