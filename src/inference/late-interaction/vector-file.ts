import { createHash } from "node:crypto";
import type { Directions } from "../../kernel/max-sim.js";
import type { PassageVectors, TokenVectors } from "../protocol.js";

/** First bytes of a file: type and version of the layout. */
const MAGIC = "lateV3\0\0";

const HASH_BYTES = 32;

/**
 * Magic and SHA-256 of the rest. The rest: dimension, number of passages, truncated; for each passage the count of its numbers, start and end
 * (−1: the whole text) and the count of its pooled numbers; then the numbers.
 */
const HEADER_BYTES = MAGIC.length + HASH_BYTES;
const FIXED_NUMBERS = 3;
const NUMBERS_PER_PASSAGE = 4;

/** The vectors of a document as the bytes of a file, little-endian. */
export function encodeVectors({ dimension, passages, truncated }: TokenVectors): Uint8Array {
  const numbers = [dimension, passages.length, truncated ? 1 : 0];
  for (const { values, span, pooled } of passages)
    numbers.push(values.length, span?.start ?? -1, span?.end ?? -1, pooled?.length ?? 0);
  const body = [
    new Uint8Array(Int32Array.from(numbers).buffer),
    ...passages.flatMap(({ values, pooled }) => (pooled ? [values, pooled] : [values]).map(bytesOf)),
  ];
  const hash = createHash("sha256");
  for (const part of body) hash.update(part);
  return Buffer.concat([Buffer.from(MAGIC, "latin1"), hash.digest(), ...body]);
}

function bytesOf(values: Directions): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** Reads the output of {@link encodeVectors}. Undefined if the bytes are incomplete or changed. */
export function decodeVectors(bytes: Uint8Array): TokenVectors | undefined {
  if (bytes.length < HEADER_BYTES || Buffer.from(bytes.subarray(0, MAGIC.length)).toString("latin1") !== MAGIC)
    return undefined;
  // A copy, so that numbers of four bytes are aligned.
  const body = new Uint8Array(bytes.subarray(HEADER_BYTES));
  const hash = createHash("sha256").update(body).digest();
  if (!hash.equals(bytes.subarray(MAGIC.length, HEADER_BYTES))) return undefined;
  // The hash proves that the body was written by `encodeVectors`, so its numbers are consistent.
  const [dimension, count, truncated] = new Int32Array(body.buffer, 0, FIXED_NUMBERS) as unknown as [
    number,
    number,
    number,
  ];
  const table = new Int32Array(body.buffer, FIXED_NUMBERS * 4, count * NUMBERS_PER_PASSAGE);
  let offset = (FIXED_NUMBERS + count * NUMBERS_PER_PASSAGE) * 4;
  const take = (length: number) => {
    const values = new Int8Array(body.buffer.slice(offset, offset + length));
    offset += length;
    return values;
  };
  const passages = Array.from({ length: count }, (_, index): PassageVectors => {
    const [length, start, end, width] = table.subarray(index * NUMBERS_PER_PASSAGE) as unknown as [
      ...[number, number],
      ...[number, number],
    ];
    const values = take(length);
    return { values, ...(width > 0 ? { pooled: take(width) } : {}), ...(start < 0 ? {} : { span: { start, end } }) };
  });
  return { dimension, passages, truncated: truncated === 1 };
}
