/** What JSON can hold, and so what can be part of a key. */
export type KeyPart =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly KeyPart[]
  | { readonly [name: string]: KeyPart };

/**
 * SHA-256, in hexadecimal, of a canonical JSON of the parts: names sorted, every string quoted, so that no two different inputs give
 * the same text, as ("ab", "c") and ("a", "bc") would if they were joined.
 */
export async function hashKey(...parts: KeyPart[]): Promise<string> {
  const bytes = new TextEncoder().encode(canonicalJson(parts));
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** JSON with sorted names. Numbers that JSON lacks are written as strings of their own kind, never as null. */
export function canonicalJson(value: KeyPart): string {
  if (typeof value === "number" && !Number.isFinite(value)) return `{"number":"${value}"}`;
  if (value === undefined) return '{"undefined":true}';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value as Record<string, KeyPart>).filter(([, each]) => each !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${entries.map(([name, each]) => `${JSON.stringify(name)}:${canonicalJson(each)}`).join(",")}}`;
}
