/** A tensor of a safetensors file, as 32-bit floats in row-major order. */
export interface Weights {
  shape: readonly number[];
  values: Float32Array;
}

type Reader = (view: DataView, offset: number) => number;

/** Types of stored numbers: the size in bytes and the way to read one. */
const TYPES: Record<string, { bytes: number; read: Reader }> = {
  F32: { bytes: 4, read: (view, offset) => view.getFloat32(offset, true) },
  F64: { bytes: 8, read: (view, offset) => view.getFloat64(offset, true) },
  F16: { bytes: 2, read: (view, offset) => halfToNumber(view.getUint16(offset, true)) },
  BF16: { bytes: 2, read: (view, offset) => bfloatToNumber(view.getUint16(offset, true)) },
};

/** A tensor as the file stores it. */
export interface StoredTensor {
  dtype: string;
  shape: readonly number[];
  /** A view of the file. */
  bytes: Uint8Array;
}

/** The contents of a safetensors file. */
export interface SafetensorsFile {
  tensors: Map<string, StoredTensor>;
  metadata: Readonly<Record<string, string>>;
}

interface HeaderEntry {
  dtype: string;
  shape: number[];
  data_offsets: [start: number, end: number];
}

/**
 * Opens a safetensors file: eight bytes of header length, a JSON header, then the tensors.
 *
 * @throws Error if the file is damaged.
 */
export function openSafetensors(file: Uint8Array): SafetensorsFile {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const length = file.byteLength < 8 ? Number.NaN : Number(view.getBigUint64(0, true));
  if (!(length > 1 && 8 + length <= file.byteLength)) throw new Error("it is not a complete safetensors file");
  const { __metadata__: metadata = {}, ...entries } = readHeader(file.subarray(8, 8 + length));
  // Not `subarray`: that of Node's Buffer returns Buffers, whose `slice` does not copy.
  const data = new Uint8Array(file.buffer, file.byteOffset + 8 + length, file.byteLength - 8 - length);
  const tensors = Object.entries(entries as Record<string, HeaderEntry>).map(([name, entry]) => {
    const { dtype, shape, data_offsets: [start, end] = [0, -1] } = entry;
    if (!(start <= end && end <= data.length)) throw new Error(`the tensor ${name} is incomplete`);
    return [name, { dtype, shape, bytes: data.subarray(start, end) }] as const;
  });
  return { tensors: new Map(tensors), metadata };
}

function readHeader(bytes: Uint8Array): { __metadata__?: Record<string, string> } {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as object;
  } catch (cause) {
    throw new Error("its header is not JSON", { cause });
  }
}

/**
 * Reads all tensors of a safetensors file as 32-bit floats.
 *
 * @throws Error if the file is damaged or stores an unsupported type.
 */
export function readSafetensors(file: Uint8Array): Map<string, Weights> {
  return new Map(Array.from(openSafetensors(file).tensors, ([name, tensor]) => [name, readTensor(name, tensor)]));
}

function readTensor(name: string, { dtype, shape, bytes }: StoredTensor): Weights {
  const type = TYPES[dtype];
  if (!type) throw new Error(`the tensor ${name} has the type ${dtype}, which is not supported`);
  const count = shape.reduce((product, size) => product * size, 1);
  if (bytes.length !== count * type.bytes) throw new Error(`the tensor ${name} is incomplete`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    shape,
    values: Float32Array.from({ length: count }, (_, index) => type.read(view, index * type.bytes)),
  };
}

/** Converts an IEEE 754 binary16 number. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * 2 ** -14 * (fraction / 1024);
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}

function bfloatToNumber(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

const scratch = new DataView(new ArrayBuffer(4));
