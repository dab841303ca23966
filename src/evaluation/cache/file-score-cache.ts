import type { FileHandle } from "node:fs/promises";
import { InvalidInputError } from "../../errors.js";
import { nodeFsPromises, nodePath } from "../../node-modules.js";
import { checkOptions } from "../../options.js";
import { warningHandler } from "../checks.js";
import { SourceReader } from "../files/source.js";
import type { WarningHandler } from "../types.js";
import { warnOnConsole } from "../warnings.js";
import type { ScoreCache } from "./score-cache.js";

/**
 * A cache in a file of JSON lines (Node only). Each result is appended when it is computed, so that a process that is killed loses at most
 * one line. Only one process may use the file at a time.
 *
 * @example
 * await using cache = await FileScoreCache.open(".cache/scores.jsonl");
 * await evaluate(reranker, data, { cache });
 */
export class FileScoreCache implements ScoreCache {
  readonly #path: string;
  readonly #values: Map<string, unknown>;
  readonly #file: FileHandle;
  /** Lines that wait until the current write ends; they are then written together. */
  #pending = "";
  #writing: Promise<void> = Promise.resolve();
  #isClosed = false;

  private constructor(path: string, file: FileHandle, values: Map<string, unknown>) {
    this.#path = path;
    this.#file = file;
    this.#values = values;
  }

  /**
   * Opens the file, or creates it and its folders.
   *
   * @param options - `onWarning` is called when a killed process left an incomplete last line; default: `console.warn`
   * @throws InvalidOptionError when an option is unknown or not allowed.
   * @throws InvalidInputError when the file cannot be opened, or when another line is not one of a score cache.
   */
  static async open(path: string, options: { onWarning?: WarningHandler } = {}): Promise<FileScoreCache> {
    checkOptions(options, { onWarning: warningHandler }, "FileScoreCache.open");
    const file = await openForAppending(path);
    try {
      const values = await readCache(path, file, options.onWarning ?? warnOnConsole);
      return new FileScoreCache(path, file, values);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Number of stored values. */
  get size(): number {
    return this.#values.size;
  }

  /**
   * Returns the value, or undefined if there is none.
   *
   * @throws InvalidInputError after `close`.
   */
  get(key: string): unknown {
    this.#checkOpen();
    return this.#values.get(key);
  }

  /**
   * Stores a value; resolves once it is written.
   *
   * @throws InvalidInputError after `close`.
   */
  async set(key: string, value: unknown): Promise<void> {
    this.#checkOpen();
    this.#values.set(key, value);
    const alone = this.#pending === "";
    this.#pending += `${JSON.stringify([key, value])}\n`;
    if (alone) this.#writing = this.#writing.catch(() => {}).then(() => this.#flush());
    await this.#writing;
  }

  async #flush(): Promise<void> {
    const lines = this.#pending;
    this.#pending = "";
    await this.#file.appendFile(lines);
  }

  #checkOpen(): void {
    if (!this.#isClosed) return;
    const problem =
      "This score cache is closed. Close it after the last call that uses it, or open it again with `FileScoreCache.open`.";
    throw new InvalidInputError(this.#path, problem);
  }

  /**
   * Waits for pending writes and closes the file.
   *
   * @throws The error of the last write, if it failed. The file is closed then too.
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    try {
      await this.#writing;
    } finally {
      await this.#file.close();
    }
  }

  /** Calls `close`, so that `await using` works. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

async function openForAppending(path: string): Promise<FileHandle> {
  const { mkdir, open } = await nodeFsPromises();
  try {
    await mkdir((await nodePath()).dirname(path), { recursive: true });
    return await open(path, "a+");
  } catch (cause) {
    const problem = `Could not open the score cache (${(cause as Error).message}). Name a file that this process can read and write.`;
    throw new InvalidInputError(path, problem, { cause });
  }
}

async function readCache(path: string, file: FileHandle, onWarning: WarningHandler): Promise<Map<string, unknown>> {
  const values = new Map<string, unknown>();
  const reader = new SourceReader(path, { onWarning });
  let broken: { number: number; cause: unknown } | undefined;
  for await (const { text, number } of reader.lines()) {
    if (broken) throw cacheError(path, broken.number, broken.cause);
    if (text === "") continue;
    try {
      const [key, value] = JSON.parse(text) as [string, unknown];
      values.set(key, value);
    } catch (cause) {
      broken = { number, cause };
    }
  }
  if (broken) {
    await dropLastLine(file);
    onWarning({
      code: "incomplete-cache-line",
      count: 1,
      file: path,
      line: broken.number,
      message: `${path}:${broken.number}: the last line is incomplete, probably because a process was killed; it was removed`,
      examples: [`line ${broken.number}`],
    });
  } else await endLastLine(file);
  return values;
}

/** Truncates the file after its last complete line. */
async function dropLastLine(file: FileHandle): Promise<void> {
  const bytes = await readAll(file);
  await file.truncate(bytes.lastIndexOf(0x0a) + 1);
}

/** If a process was killed before it wrote a line break, adds it, so that the next line does not join the last. */
async function endLastLine(file: FileHandle): Promise<void> {
  const { size } = await file.stat();
  if (size === 0) return;
  const last = new Uint8Array(1);
  await file.read(last, 0, 1, size - 1);
  if (last[0] !== 0x0a) await file.appendFile("\n");
}

async function readAll(file: FileHandle): Promise<Uint8Array> {
  const { size } = await file.stat();
  const bytes = new Uint8Array(size);
  await file.read(bytes, 0, size, 0);
  return bytes;
}

function cacheError(path: string, line: number, cause: unknown): InvalidInputError {
  return new InvalidInputError(
    `${path}:${line}`,
    "This is not a line of a score cache. Delete the file to start over.",
    {
      cause,
    },
  );
}
