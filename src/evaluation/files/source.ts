import { describe, InvalidInputError } from "../../errors.js";
import { nodeFs, nodeUrl, nodeZlib } from "../../node-modules.js";
import { abortSignal, type Checks, text } from "../../options.js";
import { warningHandler } from "../checks.js";
import type { DataWarning, WarningHandler } from "../types.js";
import { warnOnConsole } from "../warnings.js";

/**
 * Where text comes from: a path or file URL (Node only; `.gz` files are decompressed), or chunks of text or bytes, such as `response.body`
 * or `[text]`. A string is always a path.
 */
export type TextSource = string | URL | AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;

/** Options of all readers. */
export interface ReadOptions {
  /** Name of the source in errors and warnings. @default its path, or "input" */
  name?: string;
  /** Receives warnings, each kind once with its count. @default console.warn */
  onWarning?: WarningHandler;
  /** Aborts the reading, which then rejects with the signal's reason. */
  signal?: AbortSignal;
}

export const READ_CHECKS = { name: text, onWarning: warningHandler, signal: abortSignal } satisfies Checks<ReadOptions>;

/** One line without its line break, and its 1-based number. */
export interface Line {
  text: string;
  number: number;
}

/** A source being read: its name, the location of errors, and the warnings so far. */
export class SourceReader {
  readonly name: string;
  readonly #source: TextSource;
  readonly #onWarning: WarningHandler;
  readonly #signal: AbortSignal | undefined;
  readonly #found = new Map<
    DataWarning["code"],
    { count: number; line: number; problem: string; examples: string[] }
  >();

  constructor(source: TextSource, options: ReadOptions) {
    this.#source = source;
    this.name = options.name ?? (typeof source === "string" || source instanceof URL ? String(source) : "input");
    this.#onWarning = options.onWarning ?? warnOnConsole;
    this.#signal = options.signal;
  }

  /** An error that names this source and the line. */
  error(line: number | undefined, problem: string, cause?: unknown): InvalidInputError {
    return this.errorAt(line === undefined ? this.name : `${this.name}:${line}`, problem, cause);
  }

  /** An error that names a location within this source. */
  errorAt(location: string, problem: string, cause?: unknown): InvalidInputError {
    return new InvalidInputError(location, problem, cause === undefined ? undefined : { cause });
  }

  /** Counts a problem; {@link flushWarnings} reports each kind once. */
  warn(code: DataWarning["code"], line: number, problem: string): void {
    const found = this.#found.get(code) ?? { count: 0, line, problem, examples: [] };
    found.count++;
    if (found.examples.length < 5) found.examples.push(`line ${line}`);
    this.#found.set(code, found);
  }

  flushWarnings(): void {
    for (const [code, { count, line, problem, examples }] of this.#found) {
      const times = count === 1 ? "" : ` (${count} times; this is the first)`;
      this.#onWarning({
        code,
        count,
        file: this.name,
        line,
        message: `${this.name}:${line}: ${problem}${times}`,
        examples,
      });
    }
    this.#found.clear();
  }

  /** Decoded text, chunk by chunk, without a byte order mark. */
  async *chunks(): AsyncGenerator<string> {
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });
    let first = true;
    for await (const chunk of await open(this.#source, this)) {
      this.#signal?.throwIfAborted();
      let text = typeof chunk === "string" ? chunk : this.#decode(decoder, chunk);
      if (text === "") continue;
      if (first && text.startsWith("\uFEFF")) {
        text = text.slice(1);
        this.warn("byte-order-mark", 1, "the file starts with a byte order mark, which is skipped");
      }
      first = false;
      yield text;
    }
    const rest = this.#decode(decoder, undefined);
    if (rest) yield rest;
  }

  /** Lines, separated by LF or CRLF. */
  async *lines(): AsyncGenerator<Line> {
    // Pieces of a line that spans chunks are joined once, at its end: a ranx file may be one line of many megabytes.
    let pending: string[] = [];
    let number = 0;
    for await (const chunk of this.chunks()) {
      const parts = chunk.split("\n");
      for (const part of parts.slice(0, -1)) {
        const text = pending.length === 0 ? part : pending.join("") + part;
        pending = [];
        yield { text: text.endsWith("\r") ? text.slice(0, -1) : text, number: ++number };
      }
      if (parts.at(-1)) pending.push(parts.at(-1)!);
    }
    const rest = pending.join("");
    if (rest) yield { text: rest.endsWith("\r") ? rest.slice(0, -1) : rest, number: ++number };
  }

  #decode(decoder: TextDecoder, chunk: Uint8Array | undefined): string {
    try {
      return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
    } catch (cause) {
      throw new InvalidInputError(this.name, "The file is not UTF-8 text.", { cause });
    }
  }
}

async function open(
  source: TextSource,
  reader: SourceReader,
): Promise<AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>> {
  if (typeof source !== "string" && !(source instanceof URL)) {
    if (isIterable(source)) return source;
    throw reader.errorAt("source", `Expected a path, a URL, or chunks of text or bytes, got ${describe(source)}.`);
  }
  const path = source instanceof URL ? (await nodeUrl()).fileURLToPath(source) : source;
  const stream = (await nodeFs()).createReadStream(path);
  return translated(path.endsWith(".gz") ? stream.pipe((await nodeZlib()).createGunzip()) : stream, stream, reader);
}

function isIterable(value: unknown): boolean {
  const { [Symbol.iterator]: sync, [Symbol.asyncIterator]: async } = (value ?? {}) as Record<symbol, unknown>;
  return typeof sync === "function" || typeof async === "function";
}

/** Turns errors of the file system into one that names the source. Without the listener, a broken file would end the process. */
async function* translated(
  stream: AsyncIterable<Uint8Array> & { destroy(error?: Error): unknown },
  file: { on(event: "error", listener: (error: Error) => void): unknown },
  reader: SourceReader,
): AsyncGenerator<Uint8Array> {
  file.on("error", (error) => stream.destroy(error));
  try {
    yield* stream;
  } catch (cause) {
    const problem =
      (cause as NodeJS.ErrnoException).code === "ENOENT" ? "There is no such file." : (cause as Error).message;
    throw reader.error(undefined, `Could not read the file. ${problem}`, cause);
  }
}
