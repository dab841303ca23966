import { STATIC_MODELS } from "./registry/static.js";
import type { ModelEntry } from "./types.js";

/** Finds a static model by name or alias, ignoring case, without loading the rest of the registry. */
export function findStaticModel(name: string): ModelEntry | undefined {
  const wanted = name.toLowerCase();
  return STATIC_MODELS.find((entry) => [entry.name, ...(entry.aliases ?? [])].includes(wanted));
}
