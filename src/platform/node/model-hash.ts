import { join } from "node:path";
import type { LocatedModel } from "../../inference/engine/located-model.js";
import { selectFiles } from "../../models/repository-files.js";
import { listFolder } from "./folder.js";
import { hashFile } from "./hub/blob.js";

/** Path and SHA-256 of each file that a model is read from, in the order of the paths. */
export async function hashModelFiles({ folder, file, entry }: LocatedModel): Promise<[path: string, hash: string][]> {
  const files = await listFolder(folder);
  const used = selectFiles(files, file, entry).present.filter((path) => files.includes(path));
  const hashes = used.map(
    async (path): Promise<[string, string]> => [path, await hashFile(join(folder, path), "sha256")],
  );
  return (await Promise.all(hashes)).sort();
}
