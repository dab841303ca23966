import type { LocatedModel } from "../../../inference/engine/located-model.js";
import type { VectorStore } from "../../../inference/late-interaction/vector-store.js";

/** Opens a folder as a store. The code loads only here: nothing else of late interaction touches a disk. */
export async function openVectorStore(
  folder: string,
  maxBytes: number,
  located: LocatedModel,
  settings: object,
): Promise<VectorStore> {
  const { VectorFolder } = await import("#platform/vector-folder.js");
  return VectorFolder.open(folder, maxBytes, located, settings);
}
