import { readdir, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";

/** True for a file, through links; false where there is nothing. */
export async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** Paths below a folder that lead to whole files, with `/` between the parts; empty if there is no folder. */
export async function listFolder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  const whole = await Promise.all(paths.map(isFile));
  return paths.filter((_, index) => whole[index]).map((path) => relative(folder, path).split(sep).join("/"));
}
