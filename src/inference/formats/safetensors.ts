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

/**
 * Reads a safetensors file: eight bytes of header length, a JSON header, then the tensors.
 *
 * @throws Error if the file is damaged or stores an unsupported type.
 */
export function readSafetensors(bytes: Uint8Array): Map<string, Weights> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.byteLength < 8 ? Number.NaN : Number(view.getBigUint64(0, true));
  if (!(length > 1 && 8 + length <= bytes.byteLength)) throw new Error("it is not a complete safetensors file");
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<string, HeaderEntry>;
  const tensors = Object.entries(header).filter(([name]) => name !== "__metadata__");
  return new Map(tensors.map(([name, entry]) => [name, readTensor(view, 8 + length, name, entry)]));
}

interface HeaderEntry {
  dtype: string;
  shape: number[];
  data_offsets: [start: number, end: number];
}

function readTensor(
  view: DataView,
  base: number,
  name: string,
  { dtype, shape, data_offsets: [start, end] }: HeaderEntry,
): Weights {
  const type = TYPES[dtype];
  if (!type) throw new Error(`the tensor ${name} has the type ${dtype}, which is not supported`);
  const count = shape.reduce((product, size) => product * size, 1);
  if (end - start !== count * type.bytes || base + end > view.byteLength)
    throw new Error(`the tensor ${name} is incomplete`);
  return {
    shape,
    values: Float32Array.from({ length: count }, (_, index) => type.read(view, base + start + index * type.bytes)),
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
