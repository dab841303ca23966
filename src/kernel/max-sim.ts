import { KERNEL_BASE64 } from "./kernel-bytes.js";

/**
 * Vectors of which only the direction matters, one after the other: bytes for documents, and 16 bits per number for queries, each of which is
 * compared with many documents.
 */
export type Directions = Int8Array<ArrayBuffer> | Int16Array<ArrayBuffer>;

/** The largest number of a document's vector: it fits a byte. */
const LARGEST_OF_DOCUMENTS = 127;

/** The largest number of a query's vector. In 8,000 dimensions a dot product with a document's vector still fits 32 bits. */
const LARGEST_OF_QUERIES = 2047;

/** The score of a text without tokens: the lowest cosine. */
export const LOWEST_SIMILARITY = -1;

/**
 * Keeps the directions of vectors, which is all that a cosine needs: each vector is multiplied so that its largest number is as large as the
 * type allows, and rounded. A zero vector stays zero.
 *
 * In 128 dimensions the cosine of two vectors changes by about 0.0006, less than 8-bit weights change it. New vectors are rounded too, so
 * that a score does not depend on whether the vectors were cached.
 *
 * @param vectors One after the other.
 * @throws Error if a number is NaN or infinite.
 */
export function directions(role: "query" | "document", vectors: Float32Array, dimension: number): Directions {
  const isQuery = role === "query";
  const rounded = isQuery ? new Int16Array(vectors.length) : new Int8Array(vectors.length);
  const most = isQuery ? LARGEST_OF_QUERIES : LARGEST_OF_DOCUMENTS;
  for (let from = 0; from < vectors.length; from += dimension) {
    let largest = 0;
    let sum = 0;
    for (let i = from; i < from + dimension; i++) {
      const size = Math.abs(vectors[i]!);
      sum += size;
      if (size > largest) largest = size;
    }
    if (!Number.isFinite(sum)) throw new Error("the model's vectors contain NaN or infinity");
    if (largest === 0) continue;
    const factor = most / largest;
    for (let i = from; i < from + dimension; i++) rounded[i] = Math.round(vectors[i]! * factor);
  }
  return rounded;
}

/** The length of each vector, to divide dot products by; 1 for zero vectors. */
export function lengthsOf(vectors: Directions, dimension: number): Float32Array {
  return Float32Array.from({ length: vectors.length / dimension }, (_, row) => {
    let squares = 0;
    for (let i = row * dimension; i < (row + 1) * dimension; i++) squares += vectors[i]! * vectors[i]!;
    return squares > 0 ? Math.sqrt(squares) : 1;
  });
}

/** The cosine of two vectors; 0 if one of them is zero. */
export function cosine(a: Directions, b: Directions): number {
  let product = 0;
  for (let i = 0; i < a.length; i++) product += a[i]! * b[i]!;
  return product / (lengthsOf(a, a.length)[0]! * lengthsOf(b, b.length)[0]!);
}

/** A query's vectors, ready to be compared with many documents. */
export interface QueryMatrix {
  tokens: number;
  dimension: number;
  /** Token by token. */
  values: Directions;
  /** The length of each token's vector. */
  lengths: Float32Array;
}

export function queryMatrix(values: Directions, dimension: number): QueryMatrix {
  return { tokens: values.length / dimension, dimension, values, lengths: lengthsOf(values, dimension) };
}

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

/** The functions of kernel/max-sim.ts, where they are documented. Pointers are bytes of the memory. */
interface KernelExports {
  maxSimBytes(
    query: number,
    tokens: number,
    dimensions: number,
    document: number,
    vectors: number,
    scratch: number,
    best: number,
  ): void;
  sumRows(table: number, dimensions: number, rows: number, count: number, sums: number): void;
  maxSimRows(
    table: number,
    dimensions: number,
    scales: number,
    query: number,
    tokens: number,
    rows: number,
    count: number,
    slots: number,
    cosines: number,
    used: number,
    best: number,
  ): number;
}

const PAGE = 65536;

let compiled: WebAssembly.Module | null | undefined;

/** `null` where the runtime has no WebAssembly SIMD or the page's content security policy forbids WebAssembly. */
function compile(): WebAssembly.Module | null {
  try {
    return new WebAssembly.Module(Uint8Array.from(atob(KERNEL_BASE64), (character) => character.charCodeAt(0)));
  } catch {
    return null;
  }
}

/** The compiled loops with their memory. */
export class Kernel {
  readonly run: KernelExports;
  readonly #memory: WebAssembly.Memory;

  private constructor(module: WebAssembly.Module) {
    this.#memory = new WebAssembly.Memory({ initial: 1 });
    this.run = new WebAssembly.Instance(module, { env: { memory: this.#memory } }).exports as unknown as KernelExports;
  }

  /** Undefined where WebAssembly SIMD cannot be used; callers then compute the same in TypeScript. */
  static start(): Kernel | undefined {
    compiled ??= compile();
    return compiled ? new Kernel(compiled) : undefined;
  }

  /** Makes the memory at least this large. Views taken before do not survive. */
  reserve(bytes: number): void {
    const missing = bytes - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE));
  }

  /** The memory as bytes, 32-bit integers or floats, from `pointer` on. */
  bytes(pointer: number, length: number): Int8Array {
    return new Int8Array(this.#memory.buffer, pointer, length);
  }

  shorts(pointer: number, length: number): Int16Array {
    return new Int16Array(this.#memory.buffer, pointer, length);
  }

  integers(pointer: number, length: number): Int32Array {
    return new Int32Array(this.#memory.buffer, pointer, length);
  }

  floats(pointer: number, length: number): Float32Array {
    return new Float32Array(this.#memory.buffer, pointer, length);
  }
}

/** The next multiple of 16, where vectors begin. */
export function aligned(pointer: number): number {
  return (pointer + 15) & ~15;
}
