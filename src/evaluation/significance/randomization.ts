import { InvalidInputError } from "../../errors.js";
import { type Checks, checkOptions, finiteNumber } from "../../options.js";
import { checkNumbers, draws } from "../checks.js";
import { sum } from "../mean.js";
import { seededRandom } from "./random.js";

/** Options of {@link pairedRandomizationTest}. */
export interface RandomizationOptions {
  /** Number of random sign patterns to draw when there are too many to try all, 100 or more. @default 100000 */
  permutations?: number | undefined;
  /** Seed of the random numbers: the same seed gives the same p-value. @default 1 */
  seed?: number | undefined;
}

/** Checks of {@link RandomizationOptions}. */
export const RANDOMIZATION_CHECKS = { permutations: draws, seed: finiteNumber } satisfies Checks<RandomizationOptions>;

/** With up to this many queries that differ, all sign patterns are tried and the p-value is exact. */
const EXACT_QUERIES = 16;

/**
 * Fisher's paired randomization test, two-sided: how often the mean difference would be at least as large as observed if the two systems
 * were swapped at random for each query (Smucker, Allan and Carterette, CIKM 2007).
 *
 * Exact for up to 16 queries that differ. Beyond that it is (hits + 1) / (permutations + 1), which is never 0 (Phipson and Smyth, 2010).
 *
 * @param a - one value per query
 * @param b - values of the same queries in the same order
 * @returns p-value, between 0 and 1; 1 if no query differs
 * @throws InvalidInputError when the lists are empty or differ in length, or a value is not a finite number.
 * @throws InvalidOptionError when an option is unknown or out of range.
 * @example
 * pairedRandomizationTest([0.9, 0.8, 0.7, 0.9], [0.5, 0.6, 0.4, 0.6]); // 0.125: four queries are too few to tell
 */
export function pairedRandomizationTest(
  a: readonly number[],
  b: readonly number[],
  options: RandomizationOptions = {},
): number {
  checkOptions(options, RANDOMIZATION_CHECKS, "pairedRandomizationTest");
  checkNumbers("a", a);
  checkNumbers("b", b);
  return randomizationTest(a, b, options);
}

/** {@link pairedRandomizationTest} with options that have been checked. */
export function randomizationTest(a: readonly number[], b: readonly number[], options: RandomizationOptions): number {
  const { permutations = 100_000, seed = 1 } = options;
  // A query without a difference adds nothing, whatever its sign.
  const differences = pairedDifferences(a, b).filter((difference) => difference !== 0);
  if (differences.length === 0) return 1;
  const observed = Math.abs(sum(differences));
  // Sums of the same numbers in another order differ in their last bits; sums that are equal on paper must count as equal.
  const threshold = observed - 1e-12 * sum(differences.map(Math.abs));
  return differences.length <= EXACT_QUERIES
    ? exact(differences, threshold)
    : sampled(differences, threshold, permutations, seed);
}

function exact(differences: readonly number[], threshold: number): number {
  const patterns = 2 ** differences.length;
  let hits = 0;
  for (let pattern = 0; pattern < patterns; pattern++) {
    let signed = 0;
    for (let i = 0; i < differences.length; i++) signed += (pattern >> i) & 1 ? -differences[i]! : differences[i]!;
    if (Math.abs(signed) >= threshold) hits++;
  }
  return hits / patterns;
}

function sampled(differences: readonly number[], threshold: number, permutations: number, seed: number): number {
  const random = seededRandom(seed);
  const total = sum(differences);
  let hits = 0;
  for (let draw = 0; draw < permutations; draw++) {
    let flipped = 0;
    let bits = 0;
    for (let i = 0; i < differences.length; i++) {
      if (i % 32 === 0) bits = random();
      if (bits & 1) flipped += differences[i]!;
      bits >>>= 1;
    }
    if (Math.abs(total - 2 * flipped) >= threshold) hits++;
  }
  return (hits + 1) / (permutations + 1);
}

/** b − a, query by query. */
function pairedDifferences(a: readonly number[], b: readonly number[]): number[] {
  if (a.length !== b.length) {
    throw new InvalidInputError("b", `Expected as many values as in \`a\`: ${a.length}, got ${b.length}.`);
  }
  if (a.length === 0) throw new InvalidInputError("a", "Expected at least one value.");
  return a.map((value, index) => b[index]! - value);
}
