import { ModelIntegrityError } from "../../errors.js";

/** Vectors summed before the 16-bit lanes could overflow: 257 × 255 is the most that fits. */
const LANE_ROOM = 257;
const LOW_LANES = 0x00ff00ff;
/** Flips the sign bit of four bytes, which adds 128 to each. */
const BIAS = 0x80808080;

/**
 * A table of byte vectors, one a token, with one scale a dimension. Because the scale does not depend on the token, a text's vector is
 * an exact sum of integers: the same on every machine, and four dimensions are added at a time.
 */
export class StaticTable {
  readonly dimensions: number;
  readonly vocabulary: readonly string[];
  readonly #scales: Float32Array;
  /** Bytes 128 too large, four a word, row by row. */
  readonly #words: Int32Array;
  readonly #even: Int32Array;
  readonly #odd: Int32Array;
  readonly #sums: Float64Array;
  #pending = 0;
  #count = 0;

  constructor(vocabulary: readonly string[], scales: Float32Array, bytes: Uint8Array) {
    this.vocabulary = vocabulary;
    this.dimensions = scales.length;
    this.#scales = scales;
    this.#words = new Int32Array(new Uint8Array(bytes).buffer).map((word) => word ^ BIAS);
    this.#even = new Int32Array(this.dimensions / 4);
    this.#odd = new Int32Array(this.dimensions / 4);
    this.#sums = new Float64Array(this.dimensions);
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
 * metadata, the `vocabulary` one token a line.
 *
 * @throws ModelIntegrityError when it is anything else.
 */
export function readStaticTable(name: string, file: Uint8Array): StaticTable {
  const fault = (problem: string, cause?: unknown) =>
    new ModelIntegrityError(name, `is no static embedding file: ${problem}.`, { cause });
  const { header, start } = readHeader(file, fault);
  const { embeddings, scales, __metadata__: metadata } = header;
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
  return new StaticTable(vocabulary, new Float32Array(new Uint8Array(factors).buffer), table);
}

interface Header {
  embeddings?: TensorHeader;
  scales?: TensorHeader;
  __metadata__?: { vocabulary?: unknown };
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
