import type { LocatedModel } from "../../inference/engine/located-model.js";
import { sha256 } from "../../sha256.js";

/** Path and SHA-256 of each file that a model is read from, in the order of the paths. */
export async function hashModelFiles({ fetched }: LocatedModel): Promise<[path: string, hash: string][]> {
  const hashes = Object.entries(fetched?.files ?? {}).map(async ([path, blob]): Promise<[string, string]> => {
    return [path, await sha256(new Uint8Array(await blob.arrayBuffer()))];
  });
  return (await Promise.all(hashes)).sort();
}
