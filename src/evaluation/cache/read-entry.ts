import { InvalidInputError } from "../../errors.js";
import { fromStore } from "../../scorers/cached-score.js";

/**
 * Checks what a cache returned, which may be its JSON text.
 *
 * @returns The entry, or undefined if there is none.
 * @throws InvalidInputError if it is something else, so that it is neither taken for a score nor computed again unnoticed.
 */
export function readEntry<T>(value: unknown, isEntry: (value: unknown) => value is T): T | undefined {
  if (value === undefined || value === null) return undefined;
  const entry = fromStore(value);
  if (isEntry(entry)) return entry;
  throw new InvalidInputError(
    "cache",
    "`get` returned something other than the value that `set` was given for this key, or its JSON text. Delete the cache to start over.",
  );
}
