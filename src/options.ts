import { InvalidOptionError } from "./errors.js";

/** Refuses what is not a whole number of at least `least`. */
export function checkCount(option: string, value: number | undefined, least = 1): void {
  if (value === undefined) return;
  if (!Number.isInteger(value) || value < least) {
    throw new InvalidOptionError(option, value, `a whole number, ${least} or more`);
  }
}

/** Refuses what is not a finite number within the bounds, both included. */
export function checkNumber(option: string, value: number | undefined, min = -Infinity, max = Infinity): void {
  if (value === undefined) return;
  if (typeof value !== "number" || !Number.isFinite(value) || value < min || value > max) {
    const bounds = min === -Infinity ? "a finite number" : `a number from ${min} to ${max}`;
    throw new InvalidOptionError(option, value, bounds);
  }
}

/** Refuses what is not one of the names. */
export function checkOneOf(option: string, value: string | undefined, names: readonly string[]): void {
  if (value !== undefined && !names.includes(value)) {
    throw new InvalidOptionError(option, value, names.map((name) => `"${name}"`).join(", "));
  }
}

/** Refuses names that no option has: a misspelt option must not be ignored in silence. */
export function checkKnown(options: object, known: readonly string[], of: string): void {
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && !known.includes(name)) {
      throw new InvalidOptionError(name, value, `an option of ${of}: ${known.join(", ")}`);
    }
  }
}

/** Refuses what is not a boolean. */
export function checkFlag(option: string, value: boolean | undefined): void {
  if (value !== undefined && typeof value !== "boolean") throw new InvalidOptionError(option, value, "true, false");
}

/** Refuses what is not an AbortSignal, by its looks: a signal may come from another realm. */
export function checkSignal(option: string, value: AbortSignal | undefined): void {
  if (value === undefined) return;
  if (typeof value?.aborted !== "boolean" || typeof value.addEventListener !== "function") {
    throw new InvalidOptionError(option, value, "an AbortSignal");
  }
}
