import type { Calibration } from "../calibration.js";
import { StaticKernel } from "./static-kernel.js";

/** What MaxSim needs besides the vectors of the tokens. */
export interface TokenReading {
  /** Weight of each token of a query, in sixteenths of a factor of two. Absent: the length of its vector decides. */
  weights?: Uint8Array | undefined;
  /** Weight of MaxSim in a score, between 0 and 1; the cosine of the sums has the rest. */
  maxSimShare: number;
  /** Curve from a score of late interaction to a probability, if the file has one. */
  calibration?: Calibration | undefined;
}

/** Weight of a token relative to the length of its vector, if the file does not hold weights. */
const LENGTH_POWER = 2.5;

/**
 * A table of byte vectors, one per token, with one scale per dimension. Because the scales do not depend on the token, the vector of a text is
 * an exact sum of integers and the same on every machine.
 */
export class StaticTable {
  readonly dimensions: number;
  readonly vocabulary: readonly string[];
  readonly maxSimShare: number;
  /** Curve from a score of late interaction to a probability, if the file has one. */
  readonly calibration: Calibration | undefined;
  readonly scales: Float32Array;
  /** Undefined where WebAssembly SIMD cannot be used. */
  readonly kernel: StaticKernel | undefined;
  readonly #weights: Uint8Array | undefined;
  /** Row by row; only without the kernel, which has its own copy. */
  readonly #bytes: Int8Array | undefined;

  constructor(vocabulary: readonly string[], scales: Float32Array, bytes: Int8Array, reading: TokenReading) {
    this.vocabulary = vocabulary;
    this.maxSimShare = reading.maxSimShare;
    this.calibration = reading.calibration;
    this.dimensions = scales.length;
    this.scales = scales;
    this.#weights = reading.weights;
    this.kernel = StaticKernel.start(bytes, scales);
    this.#bytes = this.kernel ? undefined : bytes.slice();
  }

  /** The vector of a token, scaled to length 1. All zeros if the token's vector is zero. */
  direction(row: number): Float32Array {
    const vector = this.#vector(row);
    const length = norm(vector);
    if (length > 0) for (let i = 0; i < vector.length; i++) vector[i]! /= length;
    return vector;
  }

  /** Weight of a token among those of a query, above 0. Only ratios matter. */
  weight(row: number): number {
    if (this.#weights) return 2 ** ((this.#weights[row]! - 255) / 16);
    return Math.max(1e-9, norm(this.#vector(row)) ** LENGTH_POWER);
  }

  /** The sum of the tokens' vectors as a unit vector. All zeros for no tokens. */
  sum(rows: Int32Array): number[] {
    const sums = this.kernel ? this.kernel.sum(rows) : this.#plainSum(rows);
    const vector = new Array<number>(this.dimensions);
    let square = 0;
    for (let i = 0; i < this.dimensions; i++) {
      const value = sums[i]! * this.scales[i]!;
      vector[i] = value;
      square += value * value;
    }
    if (square > 0) {
      const factor = 1 / Math.sqrt(square);
      for (let i = 0; i < this.dimensions; i++) vector[i]! *= factor;
    }
    return vector;
  }

  #plainSum(rows: Int32Array): Int32Array {
    const sums = new Int32Array(this.dimensions);
    const bytes = this.#bytes!;
    for (const row of rows) {
      for (let i = 0, at = row * this.dimensions; i < this.dimensions; i++, at++) sums[i]! += bytes[at]!;
    }
    return sums;
  }

  #vector(row: number): Float32Array {
    const start = row * this.dimensions;
    const bytes = this.kernel?.row(row) ?? this.#bytes!.subarray(start, start + this.dimensions);
    return Float32Array.from(bytes, (byte, i) => byte * this.scales[i]!);
  }
}

function norm(vector: Float32Array): number {
  let square = 0;
  for (const value of vector) square += value * value;
  return Math.sqrt(square);
}
