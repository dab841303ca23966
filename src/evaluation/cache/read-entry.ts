import { InvalidInputError } from "../../errors.js";

/**
 * Checks what a cache returned; text is read as JSON, because clients of databases return text.
 *
 * @returns The entry, or undefined if there is none.
 * @throws InvalidInputError if it is something else, so that it is neither taken for a score nor computed again unnoticed.
 */
export function readEntry<T>(value: unknown, isEntry: (value: unknown) => value is T): T | undefined {
  if (value === undefined || value === null) return undefined;
  const entry = parsed(value);
  if (isEntry(entry)) return entry;
  throw new InvalidInputError(
    "cache",
    "`get` returned something other than the value that `set` was given for this key, or its JSON text. Delete the cache to start over.",
  );
}

function parsed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
