import { describe, InvalidInputError } from "../errors.js";
import { expecting, functionFor, integer } from "../options.js";

/** Checks of option values that several functions share. */

/** A proportion that is neither nothing nor everything. */
export const proportion = expecting(
  "a number between 0 and 1, exclusive",
  (value) => typeof value === "number" && value > 0 && value < 1,
);

/** A number of random draws; fewer would not give a stable result. */
export const draws = integer(100);

export const warningHandler = functionFor("a function that receives a warning");

export const progressHandler = functionFor("a function that receives the progress");

/**
 * Checks values that statistics are computed from: NaN would make a p-value 0.
 *
 * @throws InvalidInputError when they are not an array of finite numbers; the error names the first that is not one.
 */
export function checkNumbers(name: string, values: readonly number[]): void {
  if (!Array.isArray(values))
    throw new InvalidInputError(name, `Expected an array of finite numbers, got ${describe(values)}.`);
  for (const [index, value] of values.entries()) {
    if (!Number.isFinite(value))
      throw new InvalidInputError(`${name}[${index}]`, `Expected a finite number, got ${describe(value)}.`);
  }
}

/** A `Map` has these methods too. */
export const scoreCache = expecting("a cache with the methods get and set", (value) => {
  const { get, set } = (value ?? {}) as Record<string, unknown>;
  return typeof get === "function" && typeof set === "function";
});

/**
 * @param input Name of the argument, for the message.
 * @throws InvalidInputError if it is no array. Its values are not looked at.
 */
export function checkList(input: string, values: unknown): void {
  if (!Array.isArray(values)) throw new InvalidInputError(input, `Expected an array, got ${describe(values)}.`);
}
