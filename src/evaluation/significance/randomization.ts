import { checkDraws } from "./bootstrap.js";
import { pairedDifferences } from "./paired.js";
import { seededRandom } from "./random.js";

/** Options of {@link pairedRandomizationTest}. */
export interface RandomizationOptions {
  /** Random sign patterns to draw when there are too many to try them all. Default: 100 000. */
  permutations?: number | undefined;
  /** Default: 1. */
  seed?: number | undefined;
}

/** Up to 2^16 sign patterns are all tried, so that the p-value is exact. */
const EXACT_QUERIES = 16;

/**
 * Fisher's paired randomisation test, two-sided: how often the mean difference is at least as large as the one seen when each query's
 * two values change places at random (Smucker, Allan and Carterette, CIKM 2007).
 *
 * Exact for up to 16 queries that differ. Beyond that (hits + 1) / (permutations + 1), which is never 0 (Phipson and Smyth, 2010).
 *
 * @param a - one value a query
 * @param b - values of the same queries in the same order
 * @returns p-value, 0–1; 1 where no query differs
 */
export function pairedRandomizationTest(
  a: readonly number[],
  b: readonly number[],
  options: RandomizationOptions = {},
): number {
  const { permutations = 100_000, seed = 1 } = options;
  checkDraws("permutations", permutations);
  // A query without a difference adds nothing whichever way it is turned.
  const differences = pairedDifferences(a, b).filter((difference) => difference !== 0);
  if (differences.length === 0) return 1;
  const observed = Math.abs(differences.reduce((sum, value) => sum + value, 0));
  // Sums of the same numbers in another grouping differ in their last bits; what is equal on paper must count as equal.
  const threshold = observed - 1e-12 * differences.reduce((sum, value) => sum + Math.abs(value), 0);
  return differences.length <= EXACT_QUERIES
    ? exact(differences, threshold)
    : sampled(differences, threshold, permutations, seed);
}

function exact(differences: readonly number[], threshold: number): number {
  const patterns = 2 ** differences.length;
  let hits = 0;
  for (let pattern = 0; pattern < patterns; pattern++) {
    let sum = 0;
    for (let i = 0; i < differences.length; i++) sum += (pattern >> i) & 1 ? -differences[i]! : differences[i]!;
    if (Math.abs(sum) >= threshold) hits++;
  }
  return hits / patterns;
}

function sampled(differences: readonly number[], threshold: number, permutations: number, seed: number): number {
  const random = seededRandom(seed);
  const total = differences.reduce((sum, value) => sum + value, 0);
  let hits = 0;
  for (let draw = 0; draw < permutations; draw++) {
    let turned = 0;
    let bits = 0;
    for (let i = 0; i < differences.length; i++) {
      if (i % 32 === 0) bits = random();
      if (bits & 1) turned += differences[i]!;
      bits >>>= 1;
    }
    if (Math.abs(total - 2 * turned) >= threshold) hits++;
  }
  return (hits + 1) / (permutations + 1);
}
