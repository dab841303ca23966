import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { isRunning } from "../../../platform/node/hub/lock.js";
import { CliError, EXIT } from "../failure.js";
import { checkOutputs } from "../output-paths.js";
import { fileLines } from "./file-lines.js";

/**
 * An output that grows query by query in the folder `OUT.partial` and gets its name when it is complete. A journal holds, for each query,
 * the length of the output and a hash that covers everything before, so that after a kill at any moment the output is cut to the last
 * query that was written whole.
 */
export class PartialOutput {
  readonly folder: string;
  readonly #path: string;
  readonly #output: number;
  readonly #journal: number;
  #bytes = 0;
  #hash = "";
  #queries = 0;

  private constructor(path: string, folder: string) {
    this.#path = path;
    this.folder = folder;
    this.#output = openSync(join(folder, "output"), "a+");
    this.#journal = openSync(join(folder, "journal"), "a+");
  }

  /**
   * Starts an output, or continues one that was interrupted.
   *
   * @param inputs Everything that the output depends on.
   * @throws CliError when the output exists, has scores for other inputs, or is being written by another process.
   */
  static async open(
    path: string,
    inputs: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<PartialOutput> {
    const folder = partialFolder(path);
    const manifest = join(folder, "inputs.json");
    const wanted = JSON.stringify(inputs, null, 2);
    if (existsSync(manifest)) {
      const before = JSON.parse(readFileSync(manifest, "utf8")) as Record<string, unknown>;
      const changed = [...new Set([...Object.keys(before), ...Object.keys(inputs)])].filter(
        (key) => JSON.stringify(before[key]) !== JSON.stringify(inputs[key]),
      );
      if (changed.length > 0) {
        const problem = `it was started with a different ${changed.join(", ")}`;
        if (hasScores(folder))
          throw new CliError(`${folder}: cannot resume: ${problem}. Delete it, or choose another --out.`, EXIT.usage);
        // Ended by a mistake in the inputs, which has been corrected. What was prepared may belong to the old inputs.
        for (const name of readdirSync(folder)) if (name !== LOCK) rmSync(join(folder, name));
      }
    }
    if (!existsSync(manifest)) {
      writeFileSync(`${manifest}.partial`, wanted);
      renameSync(`${manifest}.partial`, manifest);
    }
    const output = new PartialOutput(path, folder);
    await output.#recover(signal);
    return output;
  }

  /** Queries that are written. */
  get queries(): number {
    return this.#queries;
  }

  /** Adds the rows of the next query. */
  append(rows: string): void {
    const bytes = Buffer.from(rows);
    this.#hash = chain(this.#hash, bytes);
    writeAll(this.#output, bytes);
    this.#bytes += bytes.length;
    this.#queries++;
    writeAll(this.#journal, Buffer.from(`${this.#bytes} ${this.#hash}\n`));
  }

  /** Gives the output its name and removes the folder. */
  finish(): void {
    fsyncSync(this.#output);
    this.close();
    renameSync(join(this.folder, "output"), this.#path);
    rmSync(this.folder, { recursive: true, force: true });
  }

  close(): void {
    closeSync(this.#output);
    closeSync(this.#journal);
  }

  /** Cuts output and journal to the last query whose rows are whole. */
  async #recover(signal: AbortSignal): Promise<void> {
    const journal = await this.#readJournal(signal);
    ftruncateSync(this.#output, this.#bytes);
    ftruncateSync(this.#journal, journal);
  }

  /** Returns the length of the journal up to the last query whose rows are whole. */
  async #readJournal(signal: AbortSignal): Promise<number> {
    const { size: journalSize } = fstatSync(this.#journal);
    let journal = 0;
    for await (const lines of fileLines(join(this.folder, "journal"), signal)) {
      for (const { text, offset, length } of lines) {
        const [end, hash] = text.split(" ");
        const size = Number(end) - this.#bytes;
        // The last line may have been written in part, its line break included.
        if (offset + length >= journalSize || hash?.length !== HASH_LENGTH || !(size >= 0)) return journal;
        const rows = Buffer.alloc(size);
        if (readSync(this.#output, rows, 0, size, this.#bytes) !== size || chain(this.#hash, rows) !== hash)
          return journal;
        this.#bytes += size;
        this.#hash = hash;
        this.#queries++;
        journal = offset + length + 1;
      }
    }
    return journal;
  }
}

/** The folder of an output that is not complete, created if need be. @throws CliError when the output exists or is in use. */
export function preparePartialFolder(path: string): { folder: string; release: () => void } {
  const folder = partialFolder(path);
  checkOutputs([
    { option: "--out", path, createsFolders: true },
    { option: "--out", path: folder, kind: "folder", createsFolders: true },
  ]);
  if (existsSync(path)) {
    throw new CliError(`${path}: the file exists. Delete it, or choose another --out.`, EXIT.usage);
  }
  mkdirSync(folder, { recursive: true });
  const lock = join(folder, LOCK);
  const owner = readOwner(lock);
  if (owner && isAlive(owner)) {
    throw new CliError(`${path}: the process ${owner.pid} on ${owner.host} is writing it. If not, delete ${lock}.`);
  }
  rmSync(lock, { force: true });
  writeFileSync(lock, `${process.pid} ${hostname()}\n`, { flag: "wx" });
  return { folder, release: () => rmSync(lock, { force: true }) };
}

function hasScores(folder: string): boolean {
  const journal = join(folder, "journal");
  return existsSync(journal) && statSync(journal).size > 0;
}

function partialFolder(path: string): string {
  return `${path}.partial`;
}

interface Owner {
  pid: number;
  host: string;
}

function readOwner(lock: string): Owner | undefined {
  if (!existsSync(lock)) return undefined;
  const [pid, host = ""] = readFileSync(lock, "utf8").trim().split(" ");
  return Number(pid) > 0 ? { pid: Number(pid), host } : undefined;
}

/** A process of another machine cannot be asked; its lock is left behind when the machine dies, so it does not count. */
function isAlive({ pid, host }: Owner): boolean {
  return host === hostname() && pid !== process.pid && isRunning(pid);
}

const LOCK = "lock";
const HASH_LENGTH = 32;

function chain(before: string, rows: Buffer): string {
  return createHash("sha256").update(before).update(rows).digest("hex").slice(0, HASH_LENGTH);
}

function writeAll(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}
