import { sha256 } from "../../sha256.js";

/** A JSON value that can be part of a cache key. */
export type CacheKeyPart =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly CacheKeyPart[]
  | { readonly [name: string]: CacheKeyPart };

/**
 * SHA-256, in hexadecimal, of the parts as canonical JSON: names sorted and every string quoted, so that different inputs such as
 * ("ab", "c") and ("a", "bc") never produce the same text.
 */
export async function cacheKey(...parts: CacheKeyPart[]): Promise<string> {
  return sha256(canonicalJson(parts));
}

/** JSON with sorted names. Numbers that JSON cannot express get a form that nothing else has, instead of null. */
function canonicalJson(value: CacheKeyPart): string {
  if (typeof value === "number" && !Number.isFinite(value)) return `{"number":"${value}"}`;
  if (value === undefined) return '{"undefined":true}';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value as Record<string, CacheKeyPart>).filter(([, each]) => each !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${entries.map(([name, each]) => `${JSON.stringify(name)}:${canonicalJson(each)}`).join(",")}}`;
}
