import { aligned, Kernel } from "../kernel/max-sim.js";

/** Rows of a text that fit before the memory is laid out again. */
const FEWEST_ROWS = 4096;

/**
 * Cosines that are remembered, 32 MB. The memory never shrinks, and all pairs of a query of thousands of different words and a vocabulary would
 * take half a gigabyte.
 */
export const MOST_COSINES = 2 ** 23;

/** A byte table in WebAssembly memory, with the loops that add up its rows and compare them with a query. */
export class StaticKernel {
  readonly #kernel: Kernel;
  readonly #dimensions: number;
  readonly #scales: number;
  readonly #sums: number;
  readonly #slots: number;
  readonly #rowCount: number;
  readonly #rows: number;
  #rowRoom = FEWEST_ROWS;
  /** The query whose cosines are in the memory. */
  #query: Float32Array | undefined;
  /** Rows whose cosines with that query are known. */
  #used = 0;

  private constructor(kernel: Kernel, table: Int8Array, scales: Float32Array) {
    this.#kernel = kernel;
    this.#dimensions = scales.length;
    this.#rowCount = table.length / scales.length;
    this.#scales = aligned(table.length);
    this.#sums = aligned(this.#scales + scales.byteLength);
    this.#slots = aligned(this.#sums + 4 * scales.length);
    this.#rows = aligned(this.#slots + 4 * this.#rowCount);
    kernel.reserve(this.#rows + 4 * this.#rowRoom);
    kernel.bytes(0, table.length).set(table);
    kernel.floats(this.#scales, scales.length).set(scales);
  }

  /** Undefined where WebAssembly SIMD cannot be used, or not for this number of dimensions. */
  static start(table: Int8Array, scales: Float32Array): StaticKernel | undefined {
    const kernel = scales.length % 8 === 0 ? Kernel.start() : undefined;
    return kernel && new StaticKernel(kernel, table, scales);
  }

  /** The bytes of one row. Valid until the next call. */
  row(row: number): Int8Array {
    return this.#kernel.bytes(row * this.#dimensions, this.#dimensions);
  }

  /** The sum of the rows' bytes in each dimension. Valid until the next call. */
  sum(rows: Int32Array): Int32Array {
    this.#write(rows);
    this.#kernel.run.sumRows(0, this.#dimensions, this.#rows, rows.length, this.#sums);
    return this.#kernel.integers(this.#sums, this.#dimensions);
  }

  /**
   * For each token of a query, its best cosine with a row. Valid until the next call. Cosines are computed once per query and row, as long as
   * no other query comes in between and they are not too many.
   *
   * @param query Unit vectors of the query's tokens, multiplied by the table's scales, one after the other.
   */
  best(query: Float32Array, rows: Int32Array): Float32Array {
    const { run } = this.#kernel;
    this.#write(rows);
    const padded = (query.length / this.#dimensions + 3) & ~3;
    const matrix = aligned(this.#rows + 4 * this.#rowRoom);
    const best = aligned(matrix + 4 * padded * this.#dimensions);
    const cosines = aligned(best + 4 * padded);
    const isFull = padded * Math.min(this.#rowCount, this.#used + rows.length) > MOST_COSINES;
    if (this.#query !== query || isFull) {
      this.#kernel.reserve(cosines);
      this.#kernel
        .floats(matrix, padded * this.#dimensions)
        .fill(0)
        .set(query);
      this.#kernel.integers(this.#slots, this.#rowCount).fill(0);
      this.#query = query;
      this.#used = 0;
    }
    const most = Math.min(this.#rowCount, this.#used + rows.length);
    this.#kernel.reserve(cosines + 4 * padded * most);
    const [table, count] = [0, rows.length];
    this.#used = run.maxSimRows(
      ...([table, this.#dimensions, this.#scales, matrix, padded, this.#rows] as const),
      ...([count, this.#slots, cosines, this.#used, best] as const),
    );
    return this.#kernel.floats(best, query.length / this.#dimensions);
  }

  #write(rows: Int32Array): void {
    if (rows.length > this.#rowRoom) {
      this.#rowRoom = 2 * rows.length;
      // What follows the rows has moved.
      this.#query = undefined;
      this.#kernel.reserve(this.#rows + 4 * this.#rowRoom);
    }
    this.#kernel.integers(this.#rows, rows.length).set(rows);
  }
}
