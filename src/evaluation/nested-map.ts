import { describe, InvalidInputError } from "../errors.js";
import type { ById } from "./types.js";

/**
 * Turns Maps and plain objects into Maps and checks every value.
 *
 * @param name - what to call the argument in an error: `run` or `qrels`
 * @param integers - whether values must be integers (grades) rather than any number except NaN (scores)
 */
export function toNestedMap(
  input: ById<ById<number>>,
  name: string,
  integers: boolean,
): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const result = new Map<string, ReadonlyMap<string, number>>();
  for (const [query, values] of entries(input, name, "query id → document id → number")) {
    const where = `${name}["${query}"]`;
    const inner = values instanceof Map ? values : new Map(entries(values, where, "document id → number"));
    for (const [document, value] of inner) checkValue(value, `${where}["${document}"]`, integers);
    result.set(query, inner);
  }
  return result;
}

/** Entries of a Map or a plain object. */
export function entries<T>(input: ById<T>, name: string, shape: string): Iterable<[string, T]> {
  if (typeof input !== "object" || input === null) {
    throw new InvalidInputError(name, `Expected a Map or an object of ${shape}.`);
  }
  return input instanceof Map ? input.entries() : Object.entries(input as Record<string, T>);
}

function checkValue(value: unknown, name: string, integer: boolean): void {
  if (integer ? Number.isInteger(value) : typeof value === "number" && !Number.isNaN(value)) return;
  throw new InvalidInputError(name, `Expected ${integer ? "an integer" : "a number"}, got ${describe(value)}.`);
}
