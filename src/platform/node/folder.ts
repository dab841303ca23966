import { readdirSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { similarNames } from "../../models/edit-distance.js";

/** True if a path leads to a file, directly or through links. */
export async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** True if a path leads to a folder, directly or through links. */
export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Paths of all files below a folder, relative to it and with `/` between the parts. Empty if there is no such folder. */
export async function listFolder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  const exist = await Promise.all(paths.map(isFile));
  return paths.filter((_, index) => exist[index]).map((path) => relative(folder, path).split(sep).join("/"));
}

/** Maximum number of names of existing files that an error lists. */
const LISTED = 8;

/** An existing file or folder whose path resembles `path`, in a form that is recognized as a path. */
export function similarPath(path: string): string | undefined {
  const [similar] = similarNames(basename(path), entries(dirname(path)) ?? []);
  if (similar === undefined) return undefined;
  const joined = join(dirname(path), similar);
  return /^[./\\~]|^[A-Za-z]:/.test(joined) ? joined : `./${joined}`;
}

/** Says what is in the folder where a path was not found. */
export function describeParent(path: string): string {
  const parent = dirname(path);
  const siblings = entries(parent);
  if (siblings === undefined) return `There is no folder ${resolve(parent)} either.`;
  const shown = siblings.slice(0, LISTED).join(", ");
  return `The folder ${resolve(parent)} contains ${shown || "nothing"}${siblings.length > LISTED ? ", …" : ""}.`;
}

/** True if the folder that would contain a path exists; the working directory does not count. */
export function hasParent(path: string): boolean {
  return dirname(path) !== "." && entries(dirname(path)) !== undefined;
}

function entries(folder: string): string[] | undefined {
  try {
    return readdirSync(folder).filter((name) => !name.startsWith("."));
  } catch {
    return undefined;
  }
}
