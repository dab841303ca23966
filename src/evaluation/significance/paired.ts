import { InvalidInputError } from "../../errors.js";

/** b − a, query by query. */
export function pairedDifferences(a: readonly number[], b: readonly number[]): number[] {
  if (a.length !== b.length)
    throw new InvalidInputError("b", `holds ${b.length} values, \`a\` ${a.length}; they are compared in pairs`);
  if (a.length === 0) throw new InvalidInputError("a", "holds no values");
  return a.map((value, index) => b[index]! - value);
}
