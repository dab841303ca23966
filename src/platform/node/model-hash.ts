import { realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { LocatedModel } from "../../inference/engine/located-model.js";
import { selectFiles } from "../../models/repository-files.js";
import { listFolder } from "./folder.js";
import { hashFile } from "./hub/blob.js";

/** Path and hash of each file that a model is read from, in the order of the paths. */
export async function hashModelFiles({ folder, file, entry }: LocatedModel): Promise<[path: string, hash: string][]> {
  const files = await listFolder(folder);
  const used = selectFiles(files, file, entry).present.filter((path) => files.includes(path));
  return hashFiles(folder, used);
}

/** Path and hash of files of a folder, in the order of the paths. */
export async function hashFiles(folder: string, paths: readonly string[]): Promise<[path: string, hash: string][]> {
  const hashes = paths.map(async (path): Promise<[string, string]> => [path, await contentHash(join(folder, path))]);
  return (await Promise.all(hashes)).sort();
}

/** A file of the download cache is named after its hash, which was verified when it was downloaded. */
async function contentHash(path: string): Promise<string> {
  const real = await realpath(path);
  const name = basename(real);
  const isBlob = basename(dirname(real)) === "blobs" && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(name);
  return isBlob ? name : hashFile(real, "sha256");
}
