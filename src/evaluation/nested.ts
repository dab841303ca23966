import { InvalidInputError } from "../errors.js";
import type { DataWarning, NestedNumbers, WarningHandler } from "./types.js";

/**
 * Takes Maps and plain objects alike and checks every value.
 *
 * @param name - what to call the argument in an error, as `run` or `qrels`
 * @param integers - whether values must be integers (grades) rather than any number but NaN (scores)
 */
export function toNestedMap(
  input: NestedNumbers,
  name: string,
  integers: boolean,
): ReadonlyMap<string, ReadonlyMap<string, number>> {
  if (typeof input !== "object" || input === null) {
    throw new InvalidInputError(name, "must be a Map or an object of query id → document id → number");
  }
  const result = new Map<string, ReadonlyMap<string, number>>();
  for (const [query, values] of entries(input)) {
    if (typeof values !== "object" || values === null) {
      throw new InvalidInputError(`${name}["${query}"]`, "must be a Map or an object of document id → number");
    }
    const inner = values instanceof Map ? (values as ReadonlyMap<string, number>) : new Map(Object.entries(values));
    for (const [document, value] of inner) checkValue(value, `${name}["${query}"]["${document}"]`, integers);
    result.set(query, inner);
  }
  return result;
}

function checkValue(value: unknown, place: string, integer: boolean): void {
  if (integer ? Number.isInteger(value) : typeof value === "number" && !Number.isNaN(value)) return;
  throw new InvalidInputError(place, `is ${String(value)}; expected ${integer ? "an integer" : "a number"}`);
}

function entries(input: NestedNumbers): Iterable<[string, unknown]> {
  return input instanceof Map ? input.entries() : Object.entries(input);
}

/** The warning handler used where none is given. */
export const warnOnConsole: WarningHandler = (warning) => console.warn(`langchain-rerank: ${warning.message}`);

/** A warning about ids, or nothing where there are none. */
export function warnIds(
  code: DataWarning["code"],
  ids: readonly string[],
  message: (count: number) => string,
  onWarning: WarningHandler,
): void {
  if (ids.length === 0) return;
  const examples = ids.slice(0, 5);
  onWarning({
    code,
    count: ids.length,
    message: `${message(ids.length)} (${examples.join(", ")}${ids.length > 5 ? ", …" : ""})`,
    examples,
  });
}
