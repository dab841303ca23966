import { InvalidInputError } from "../../errors.js";
import { warnOnConsole } from "../nested.js";
import type { DataWarning, WarningHandler } from "../types.js";
import { nodeFs, nodeUrl, nodeZlib } from "./node-modules.js";

/**
 * Where text comes from: a path or file URL (Node only; `.gz` is unpacked on the way), or chunks from anywhere, such as
 * `response.body` or `[text]`. A string is always a path.
 */
export type TextSource = string | URL | AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;

/** Options of every reader. */
export interface ReadOptions {
  /** What to call the source in errors and warnings. Default: its path, or `input`. */
  name?: string;
  /** Called once for each kind of trouble that was found and counted. Default: `console.warn`. */
  onWarning?: WarningHandler;
  /** Stops the reading; it then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** One line without its end, and its 1-based number. */
export interface Line {
  text: string;
  number: number;
}

/** A source being read: its name, its place in errors, and the warnings found so far. */
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
  error(line: number | undefined, problem: string): InvalidInputError {
    return new InvalidInputError(line === undefined ? this.name : `${this.name}:${line}`, problem);
  }

  /** Counts one finding; {@link flushWarnings} reports each kind once. */
  warn(code: DataWarning["code"], line: number, problem: string, example?: string): void {
    const known = this.#found.get(code) ?? { count: 0, line, problem, examples: [] };
    known.count++;
    if (known.examples.length < 5) known.examples.push(example ?? `line ${line}`);
    this.#found.set(code, known);
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
        this.warn("byte-order-mark", 1, "starts with a byte order mark, which was skipped");
      }
      first = false;
      yield text;
    }
    const rest = this.#decode(decoder, undefined);
    if (rest) yield rest;
  }

  /** Lines, ended by LF or CRLF; the last one needs no end. */
  async *lines(): AsyncGenerator<Line> {
    // Pieces of a line that spans chunks are joined once, at its end: a ranx file is one line, however long.
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
      throw new InvalidInputError(this.name, "is not UTF-8 text", { cause });
    }
  }
}

async function open(
  source: TextSource,
  reader: SourceReader,
): Promise<AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>> {
  if (typeof source !== "string" && !(source instanceof URL)) return source;
  const path = source instanceof URL ? (await nodeUrl()).fileURLToPath(source) : source;
  const stream = (await nodeFs()).createReadStream(path);
  return translated(path.endsWith(".gz") ? stream.pipe((await nodeZlib()).createGunzip()) : stream, stream, reader);
}

/** Turns what the file system says into an error that names the source; a broken file must not end the process through an unheard event. */
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
      (cause as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file" : (cause as Error).message;
    throw new InvalidInputError(reader.name, `cannot be read: ${problem}`, { cause });
  }
}
