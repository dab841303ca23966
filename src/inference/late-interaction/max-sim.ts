import { aligned, Kernel } from "../../kernel/kernel.js";
import type { Directions } from "../protocol.js";
import { lengthsOf, type QueryMatrix } from "./unit-vectors.js";

/** The score of a text without tokens: the lowest cosine. */
export const LOWEST_SIMILARITY = -1;

/** Null until the first call; undefined where WebAssembly SIMD cannot be used. */
let kernel: MaxSimKernel | undefined | null = null;

/**
 * MaxSim (Khattab & Zaharia 2020, arXiv:2004.12832): for each token of the query, the best cosine with a token of the document. The mean
 * instead of the sum, so that scores do not depend on the length of the query.
 *
 * @param document The document's vectors, one after the other.
 */
export function maxSim(query: QueryMatrix, document: Directions): number {
  const { tokens } = query;
  if (tokens === 0 || document.length === 0) return LOWEST_SIMILARITY;
  const best = bestCosines(query, document);
  let sum = 0;
  for (let token = 0; token < tokens; token++) sum += best[token]!;
  return sum / tokens;
}

/** The best cosine of each token of the query with a token of the document. Valid until the next call. */
export function bestCosines(query: QueryMatrix, document: Directions): Float32Array | Float64Array {
  if (kernel === null) kernel = MaxSimKernel.start();
  const fits = document instanceof Int8Array && query.dimension % 8 === 0;
  return kernel && fits ? kernel.best(query, document) : plainBest(query, document);
}

/** What the kernel computes, for runtimes without WebAssembly SIMD. */
export function plainBest(query: QueryMatrix, document: Directions): Float64Array {
  const { tokens, dimension, values } = query;
  const best = new Float64Array(tokens).fill(Number.NEGATIVE_INFINITY);
  const lengths = lengthsOf(document, dimension);
  for (let row = 0; row < lengths.length; row++) {
    const from = row * dimension;
    for (let token = 0; token < tokens; token++) {
      const start = token * dimension;
      let product = 0;
      for (let i = 0; i < dimension; i++) product += document[from + i]! * values[start + i]!;
      const cosine = product / (lengths[row]! * query.lengths[token]!);
      if (cosine > best[token]!) best[token] = cosine;
    }
  }
  return best;
}

/** MaxSim in WebAssembly. Holds one query at a time, so that it is copied once for all documents of a call. */
export class MaxSimKernel {
  readonly #kernel: Kernel;
  #query: QueryMatrix | undefined;

  private constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  static start(): MaxSimKernel | undefined {
    const kernel = Kernel.start();
    return kernel && new MaxSimKernel(kernel);
  }

  /**
   * The largest cosine of each token of the query with a vector of the document. Valid until the next call.
   *
   * @param query Of a multiple of 8 dimensions.
   */
  best(query: QueryMatrix, document: Int8Array): Float32Array {
    const { tokens, dimension, values, lengths } = query;
    const padded = (tokens + 3) & ~3;
    const best = aligned(2 * 2 * dimension);
    const matrix = aligned(best + 4 * padded);
    const vectors = aligned(matrix + 2 * padded * dimension);
    this.#kernel.reserve(vectors + document.byteLength);
    if (this.#query !== query) {
      this.#kernel
        .shorts(matrix, padded * dimension)
        .fill(0)
        .set(values);
      this.#query = query;
    }
    this.#kernel.bytes(vectors, document.length).set(document);
    this.#kernel.run.maxSimBytes(matrix, padded, dimension, vectors, document.length / dimension, 0, best);
    const cosines = this.#kernel.floats(best, tokens);
    for (let token = 0; token < tokens; token++) cosines[token] = cosines[token]! / lengths[token]!;
    return cosines;
  }
}
