import { accessSync, constants, type Stats, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { CliError, EXIT } from "./failure.js";

/** An output that an option names. */
export interface OutputPath {
  /** The option, for the message: `--out`. */
  option: string;
  /** The option's value; undefined if it was left out. */
  path: string | undefined;
  kind?: "file" | "folder";
  /** Whether missing folders above it are created when it is written. */
  createsFolders?: boolean;
}

/**
 * Finds out whether outputs can be written before hours of work instead of afterwards. Nothing is created.
 *
 * @throws CliError that names option and path, says what is in the way, and what to do.
 */
export function checkOutputs(outputs: readonly OutputPath[]): void {
  for (const { path, ...output } of outputs) if (path !== undefined) checkOutput(output, path);
}

function checkOutput({ option, kind = "file", createsFolders = false }: Omit<OutputPath, "path">, path: string): void {
  const refuse = (problem: string) => new CliError(`${option} ${path}: ${problem}`, EXIT.usage);
  if (path.trim() === "") throw refuse(`the path is blank. Name a ${kind}.`);
  const found = statOf(path, refuse);
  if (found) {
    if (kind === "file" && found.isDirectory()) throw refuse("it is a folder. Name a file, which may be in it.");
    if (kind === "folder" && !found.isDirectory()) throw refuse("it is a file. Name a folder.");
    if (!isWritable(path)) throw refuse(`the ${kind} cannot be written to. Change its permissions, or name another.`);
    return;
  }
  if (kind === "file" && /[\\/]$/.test(path)) throw refuse("it ends like a folder. Name a file, which may be in it.");
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    const parent = statOf(folder, refuse);
    if (!parent) {
      if (!createsFolders) throw refuse(`the folder ${folder} does not exist. Create it, or name another ${kind}.`);
      continue;
    }
    if (!parent.isDirectory()) throw refuse(`${folder} is a file, not a folder. Name a ${kind} in a folder.`);
    if (!isWritable(folder))
      throw refuse(`the folder ${folder} cannot be written to. Change its permissions, or name another ${kind}.`);
    return;
  }
}

/** Undefined if there is nothing at the path. */
function statOf(path: string, refuse: (problem: string) => CliError): Stats | undefined {
  try {
    return statSync(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw refuse(`it cannot be written to (${message}). Name another path.`);
  }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
