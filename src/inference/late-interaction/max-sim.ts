import { spreadHalves } from "./half-precision.js";
import { MaxSimKernel } from "./max-sim-kernel.js";
import type { QueryMatrix } from "./query-matrix.js";

/** The score of a text without tokens: the lowest cosine. */
export const LOWEST_SIMILARITY = -1;

/** Null until the first call; undefined where WebAssembly SIMD cannot be used. */
let kernel: MaxSimKernel | undefined | null = null;

/**
 * MaxSim (Khattab & Zaharia 2020, arXiv:2004.12832): for each token of the query, the best dot product with a token of the document. The mean
 * instead of the sum, so that scores do not depend on the length of the query.
 *
 * @param document Vectors in half precision, one after the other.
 */
export function maxSim(query: QueryMatrix, document: Uint16Array): number {
  const { tokens } = query;
  if (tokens === 0 || document.length === 0) return LOWEST_SIMILARITY;
  const best = bestCosines(query, document);
  let sum = 0;
  for (let token = 0; token < tokens; token++) sum += best[token]!;
  return sum / tokens;
}

/** The best cosine of each token of the query with a token of the document. Valid until the next call. */
export function bestCosines(query: QueryMatrix, document: Uint16Array): Float32Array | Float64Array {
  if (kernel === null) kernel = MaxSimKernel.start();
  return kernel && query.dimension % 4 === 0 ? kernel.best(query, document) : plainBest(query, document);
}

/** What the kernel computes, for runtimes without WebAssembly SIMD. */
export function plainBest({ tokens, dimension, values }: QueryMatrix, document: Uint16Array): Float64Array {
  const best = new Float64Array(tokens).fill(Number.NEGATIVE_INFINITY);
  const row = new Int32Array(dimension);
  const vector = new Float32Array(row.buffer);
  for (let from = 0; from < document.length; from += dimension) {
    // Widened once, then compared with four tokens of the query at a time.
    spreadHalves(document, from, row);
    let token = 0;
    for (; token + 4 <= tokens; token += 4) {
      const [first, second] = [token * dimension, (token + 1) * dimension];
      const [third, fourth] = [(token + 2) * dimension, (token + 3) * dimension];
      let [a, b, c, d] = [0, 0, 0, 0];
      for (let i = 0; i < dimension; i++) {
        const value = vector[i]!;
        a += value * values[first + i]!;
        b += value * values[second + i]!;
        c += value * values[third + i]!;
        d += value * values[fourth + i]!;
      }
      if (a > best[token]!) best[token] = a;
      if (b > best[token + 1]!) best[token + 1] = b;
      if (c > best[token + 2]!) best[token + 2] = c;
      if (d > best[token + 3]!) best[token + 3] = d;
    }
    for (; token < tokens; token++) {
      let sum = 0;
      for (let i = 0; i < dimension; i++) sum += vector[i]! * values[token * dimension + i]!;
      if (sum > best[token]!) best[token] = sum;
    }
  }
  return best;
}
