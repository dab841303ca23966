import type { Calibration } from "../calibration.js";
import { ModelIntegrityError } from "../errors.js";
import { storedCalibration } from "../models/stored-calibration.js";

/** Vectors summed before the 16-bit lanes could overflow: 257 × 255 is the most that fits. */
const LANE_ROOM = 257;
const LOW_LANES = 0x00ff00ff;
/** Flips the sign bit of four bytes, which adds 128 to each. */
const BIAS = 0x80808080;

/** What MaxSim over a table's tokens needs beside their vectors. */
export interface TokenReading {
  /** How much each token of a query counts, in sixteenths of a factor of two; absent: by the length of its vector. */
  weights?: Uint8Array | undefined;
  /** Share of MaxSim, 0–1, in a score; the rest is the cosine's. */
  maxSimShare: number;
  /** Curve over the score of late interaction, if the file has one. */
  calibration?: Calibration | undefined;
}

/** Share of MaxSim, and the power of a token's length that its weight is, where a file says nothing of them. */
const UNSAID = { share: 0.5, power: 2.5 };

/**
 * A table of byte vectors, one a token, with one scale a dimension. Because the scale does not depend on the token, a text's vector is
 * an exact sum of integers: the same on every machine, and four dimensions are added at a time.
 */
export class StaticTable {
  readonly dimensions: number;
  readonly vocabulary: readonly string[];
  /** Share of MaxSim, 0–1, in a score of late interaction. */
  readonly maxSimShare: number;
  /** Curve that turns a score of late interaction into a probability, if the file has one. */
  readonly calibration: Calibration | undefined;
  readonly #weights: Uint8Array | undefined;
  readonly #scales: Float32Array;
  /** Bytes 128 too large, four a word, row by row. */
  readonly #words: Int32Array;
  /** The same memory, byte by byte. */
  readonly #bytes: Uint8Array;
  readonly #even: Int32Array;
  readonly #odd: Int32Array;
  readonly #sums: Float64Array;
  #pending = 0;
  #count = 0;

  constructor(vocabulary: readonly string[], scales: Float32Array, bytes: Uint8Array, reading: TokenReading) {
    this.vocabulary = vocabulary;
    this.maxSimShare = reading.maxSimShare;
    this.calibration = reading.calibration;
    this.#weights = reading.weights;
    this.dimensions = scales.length;
    this.#scales = scales;
    this.#words = new Int32Array(new Uint8Array(bytes).buffer).map((word) => word ^ BIAS);
    this.#bytes = new Uint8Array(this.#words.buffer);
    this.#even = new Int32Array(this.dimensions / 4);
    this.#odd = new Int32Array(this.dimensions / 4);
    this.#sums = new Float64Array(this.dimensions);
  }

  /** A token's vector at length 1, or zero where all its numbers are. */
  direction(row: number): Float32Array {
    const vector = new Float32Array(this.dimensions);
    const length = this.#lengthOf(row, vector);
    if (length > 0) for (let i = 0; i < vector.length; i++) vector[i]! /= length;
    return vector;
  }

  /** How much a token counts among those of a query, above 0; only ratios mean something. */
  weight(row: number): number {
    if (this.#weights) return 2 ** ((this.#weights[row]! - 255) / 16);
    return Math.max(1e-9, this.#lengthOf(row, new Float32Array(this.dimensions)) ** UNSAID.power);
  }

  /** Writes a token's vector to `into`; returns its length. */
  #lengthOf(row: number, into: Float32Array): number {
    let square = 0;
    for (let i = 0, at = row * this.dimensions; i < this.dimensions; i++, at++) {
      const value = (this.#bytes[at]! - 128) * this.#scales[i]!;
      into[i] = value;
      square += value * value;
    }
    return Math.sqrt(square);
  }

  /** Adds a token's vector to the text at hand. */
  add(row: number): void {
    const quarter = this.dimensions >> 2;
    const words = this.#words;
    const even = this.#even;
    const odd = this.#odd;
    for (let i = 0, at = row * quarter; i < quarter; i++, at++) {
      const word = words[at]!;
      even[i] = even[i]! + (word & LOW_LANES);
      odd[i] = odd[i]! + ((word >>> 8) & LOW_LANES);
    }
    if (++this.#pending === LANE_ROOM) this.#flush();
  }

  /** The sum so far as a unit vector, and a fresh start. All zeros when nothing was added. */
  take(): number[] {
    this.#flush();
    const vector = new Array<number>(this.dimensions);
    let square = 0;
    for (let i = 0; i < this.dimensions; i++) {
      const value = (this.#sums[i]! - 128 * this.#count) * this.#scales[i]!;
      vector[i] = value;
      square += value * value;
    }
    this.#sums.fill(0);
    this.#count = 0;
    if (square > 0) {
      const factor = 1 / Math.sqrt(square);
      for (let i = 0; i < this.dimensions; i++) vector[i]! *= factor;
    }
    return vector;
  }

  #flush(): void {
    const sums = this.#sums;
    for (let i = 0; i < this.#even.length; i++) {
      const even = this.#even[i]!;
      const odd = this.#odd[i]!;
      sums[4 * i]! += even & 0xffff;
      sums[4 * i + 1]! += odd & 0xffff;
      sums[4 * i + 2]! += even >>> 16;
      sums[4 * i + 3]! += odd >>> 16;
    }
    this.#even.fill(0);
    this.#odd.fill(0);
    this.#count += this.#pending;
    this.#pending = 0;
  }
}

interface TensorHeader {
  dtype: string;
  shape: [number, number?];
  data_offsets: [number, number];
}

/**
 * Reads a static model: a safetensors file with `embeddings` (I8 `[tokens, dimensions]`), `scales` (F32 `[dimensions]`) and, in its
 * metadata, the `vocabulary` one token a line. For late interaction it may hold `weights` (U8 `[tokens]`) and, in its metadata, a
 * `maxsim_share` and a `calibration` (JSON).
 *
 * @throws ModelIntegrityError when it is anything else.
 */
export function readStaticTable(name: string, file: Uint8Array): StaticTable {
  const fault = (problem: string, cause?: unknown) =>
    new ModelIntegrityError(name, `is no static embedding file: ${problem}.`, { cause });
  const { header, start } = readHeader(file, fault);
  const { embeddings, scales, weights, __metadata__: metadata } = header;
  if (embeddings?.dtype !== "I8" || scales?.dtype !== "F32" || typeof metadata?.vocabulary !== "string") {
    throw fault("it lacks int8 `embeddings`, float32 `scales` or a `vocabulary`");
  }
  const vocabulary = metadata.vocabulary.split("\n");
  const dimensions = scales.shape[0];
  const bytesOf = ({ data_offsets: [from, to] }: TensorHeader) => file.subarray(start + from, start + to);
  const [table, factors] = [bytesOf(embeddings), bytesOf(scales)];
  if (dimensions % 4 !== 0 || factors.length !== 4 * dimensions || table.length !== vocabulary.length * dimensions) {
    throw fault(
      `${vocabulary.length} tokens of ${dimensions} dimensions do not fill ${table.length} bytes; it may be incomplete`,
    );
  }
  const maxSimShare = Number(metadata.maxsim_share ?? UNSAID.share);
  if (!(maxSimShare >= 0 && maxSimShare <= 1)) throw fault("its `maxsim_share` is not within 0 and 1");
  const calibration = readCalibration(name, metadata.calibration, fault);
  const reading = { weights: weights && bytesOf(weights).slice(), maxSimShare, calibration };
  if (weights && (weights.dtype !== "U8" || reading.weights?.length !== vocabulary.length)) {
    throw fault("its `weights` are not one byte a token");
  }
  return new StaticTable(vocabulary, new Float32Array(new Uint8Array(factors).buffer), table, reading);
}

/** Metadata of safetensors are strings, so the calibration is stored as JSON. */
function readCalibration(
  name: string,
  text: unknown,
  fault: (problem: string, cause?: unknown) => Error,
): Calibration | undefined {
  if (text === undefined) return undefined;
  try {
    return storedCalibration(name, "metadata", JSON.parse(text as string));
  } catch (cause) {
    if (cause instanceof ModelIntegrityError) throw cause;
    throw fault("its `calibration` is not JSON", cause);
  }
}

interface Header {
  embeddings?: TensorHeader;
  scales?: TensorHeader;
  weights?: TensorHeader;
  __metadata__?: { vocabulary?: unknown; maxsim_share?: unknown; calibration?: unknown };
}

function readHeader(
  file: Uint8Array,
  fault: (problem: string, cause?: unknown) => Error,
): { header: Header; start: number } {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const length = file.byteLength >= 8 ? view.getBigUint64(0, true) : 0n;
  const start = 8 + Number(length);
  if (length === 0n || start > file.byteLength) throw fault("its first eight bytes give no length of a header");
  try {
    return { header: JSON.parse(new TextDecoder().decode(file.subarray(8, start))) as Header, start };
  } catch (cause) {
    throw fault("its header is no JSON", cause);
  }
}
