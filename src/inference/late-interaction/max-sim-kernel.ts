import { aligned, Kernel } from "../../kernel/kernel.js";
import type { QueryMatrix } from "./unit-vectors.js";

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
