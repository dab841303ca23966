import { InvalidArgumentError } from "commander";

/** Parses an integer within the bounds, both included. */
export function wholeNumber(least: number, most = Number.POSITIVE_INFINITY): (value: string) => number {
  const bounds = most === Number.POSITIVE_INFINITY ? `, ${least} or more` : ` between ${least} and ${most}`;
  return (value) => {
    const number = Number(value);
    if (!Number.isInteger(number) || number < least || number > most)
      throw new InvalidArgumentError(`It must be an integer${bounds}.`);
    return number;
  };
}

/** Parses a finite number. */
export function finiteNumber(value: string): number {
  const number = Number(value);
  if (value.trim() === "" || !Number.isFinite(number)) throw new InvalidArgumentError("It must be a number.");
  return number;
}
