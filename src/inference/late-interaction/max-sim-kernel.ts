import { aligned, Kernel } from "../../kernel/kernel.js";
import { SPREAD_SCALE } from "./half-precision.js";
import type { QueryMatrix } from "./query-matrix.js";

/** MaxSim of half-precision vectors in WebAssembly. Holds one query at a time, so that it is copied once for all documents of a call. */
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

  /** The largest dot product of each token of the query with a vector of the document. Valid until the next call. */
  best(query: QueryMatrix, document: Uint16Array): Float32Array {
    const { tokens, dimension } = query;
    const padded = (tokens + 3) & ~3;
    const best = aligned(2 * 4 * dimension);
    const matrix = aligned(best + 4 * padded);
    const vectors = aligned(matrix + 4 * padded * dimension);
    this.#kernel.reserve(vectors + document.byteLength);
    if (this.#query !== query) {
      const floats = this.#kernel.floats(matrix, padded * dimension).fill(0);
      for (let i = 0; i < query.values.length; i++) floats[i] = query.values[i]! / SPREAD_SCALE;
      this.#query = query;
    }
    this.#kernel.halves(vectors, document.length).set(document);
    this.#kernel.run.maxSimHalves(matrix, padded, dimension, vectors, document.length / dimension, 0, best);
    return this.#kernel.floats(best, tokens);
  }
}
