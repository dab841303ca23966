import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import {
  decodeUtf8,
  formatOfFile,
  guessFormat,
  type SourceText,
  splitText,
  TEXT_EXTENSIONS,
  TEXT_FORMATS,
  type TextFormat,
} from "../../text-sources/split-text.js";
import { TextSourceError } from "../../text-sources/text-source-error.js";
import { CliError, EXIT } from "./failure.js";

/** Options of {@link readDocuments}. */
export interface ReadOptions {
  /** @default what the file's extension says; for plain text and standard input, what the text looks like */
  format?: TextFormat | undefined;
  /** Field of records that holds the text. */
  field?: string | undefined;
  /** Receives a sentence about each link of a folder that leads nowhere. */
  onWarning?: ((warning: string) => void) | undefined;
}

/**
 * Reads documents from files and from the text files of folders. `-` is standard input.
 *
 * @throws CliError when a file cannot be read, is not UTF-8, or holds no text.
 */
export async function readDocuments(paths: readonly string[], options: ReadOptions = {}): Promise<SourceText[]> {
  const documents: SourceText[] = [];
  for (const path of paths.length > 0 ? paths : ["-"]) {
    const bytes = path === "-" ? await readStandardInput() : await readBytes(path);
    if (bytes) documents.push(...split(path, bytes, options));
    else
      for (const file of await listTextFiles(path, options)) documents.push(...(await readFileOfFolder(file, options)));
  }
  return documents;
}

function split(path: string, bytes: Uint8Array, { format, field }: ReadOptions): SourceText[] {
  const name = path === "-" ? "stdin" : path;
  const chosen = format ?? (path === "-" ? "guess" : formatOfFile(path));
  if (chosen === undefined) {
    throw new CliError(`${path}: say with --format what it holds (${TEXT_FORMATS.join(", ")}).`, EXIT.usage);
  }
  try {
    const text = decodeUtf8(bytes, name);
    const found = splitText(text, chosen === "guess" ? guessFormat(text) : chosen, { name, field });
    if (found.length > 0) return found;
  } catch (cause) {
    if (!(cause instanceof TextSourceError)) throw cause;
    const advice = / has no text in |no column is named/.test(cause.message) ? " Name the field with --field." : "";
    throw new CliError(cause.message + advice, EXIT.failed, { cause });
  }
  throw new CliError(
    path === "-"
      ? "standard input holds no text. Name files to rank, or pipe text into the command."
      : `${path} holds no text.`,
  );
}

async function readFileOfFolder(file: string, options: ReadOptions): Promise<SourceText[]> {
  const bytes = await readFile(file);
  // An empty file in a folder is nothing to complain about.
  if (bytes.length === 0) return [];
  try {
    return split(file, bytes, options);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    throw new CliError(`${error.message} To leave it out, name the files instead of the folder.`, error.exitCode, {
      cause: error,
    });
  }
}

/** @returns `undefined` for a folder. */
async function readBytes(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EISDIR") return undefined;
    const reason = { ENOENT: "there is no such file", EACCES: "permission denied" }[code ?? ""];
    throw new CliError(`${path}: ${reason ?? message}.`, EXIT.failed, { cause: error });
  }
}

/**
 * Text files below a folder, sorted by path. Hidden files and `node_modules` are left out. Links to files are followed, as mounted
 * volumes consist of them; links to folders are not, since they may lead in circles. A file with several paths is listed once, by its own
 * path if that is in the folder.
 */
async function listTextFiles(folder: string, { onWarning }: ReadOptions): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found = entries
    .filter((entry) => (entry.isFile() || entry.isSymbolicLink()) && formatOfFile(entry.name) !== undefined)
    .map((entry) => ({ path: join(entry.parentPath, entry.name), isLink: entry.isSymbolicLink() }))
    .filter(({ path }) => !isLeftOut(relative(folder, path)));
  const pathsOf = (links: boolean) => found.filter(({ isLink }) => isLink === links).map(({ path }) => path);
  const [own, links] = [pathsOf(false), pathsOf(true).sort()];
  // Real paths are only compared with targets of links.
  const real = links.length > 0 ? await Promise.all(own.map((path) => realpath(path))) : own;
  const files = new Map(real.map((path, index) => [path, own[index]!]));
  for (const link of links) {
    const target = await fileBehind(link, onWarning);
    if (target !== undefined && !files.has(target)) files.set(target, link);
  }
  if (files.size > 0) return [...files.values()].sort();
  throw new CliError(`${folder}: the folder holds no text files (${TEXT_EXTENSIONS.join(", ")}).`);
}

/** The path of the file that a link leads to; undefined for a folder, and for a link that leads nowhere, which is reported. */
async function fileBehind(link: string, onWarning: ReadOptions["onWarning"]): Promise<string | undefined> {
  try {
    const target = await realpath(link);
    return (await stat(target)).isFile() ? target : undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = { ENOENT: "its target does not exist", ELOOP: "it leads in a circle", EACCES: "permission denied" };
    onWarning?.(
      `${link}: the link cannot be followed (${reason[code as keyof typeof reason] ?? message}). It is left out.`,
    );
    return undefined;
  }
}

/** Whether a path below the folder is hidden or belongs to an installed package. */
function isLeftOut(path: string): boolean {
  return path.split(sep).some((part) => part.startsWith(".") || part === "node_modules");
}

async function readStandardInput(): Promise<Uint8Array> {
  if (process.stdin.isTTY) throw new CliError("Name a file, or pipe documents into standard input.", EXIT.usage);
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
