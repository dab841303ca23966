import type { Calibration } from "../calibration.js";
import { ModelIntegrityError } from "../errors.js";
import { openSafetensors, type StoredTensor } from "../inference/formats/safetensors.js";
import { storedCalibration } from "../models/stored-calibration.js";
import { StaticTable } from "./static-table.js";

/** Weight of MaxSim in a score, if the file does not state it. */
const MAXSIM_SHARE = 0.5;

/**
 * Reads a static model: a safetensors file with `embeddings` (I8 `[tokens, dimensions]`), `scales` (F32 `[dimensions]`) and, in its metadata,
 * the `vocabulary` with one token per line. For late interaction it may hold `weights` (U8 `[tokens]`) and, in its metadata, `maxsim_share`
 * and `calibration` (JSON).
 *
 * @throws ModelIntegrityError if the file holds something else.
 */
export function readStaticTable(name: string, file: Uint8Array): StaticTable {
  const fault = (problem: string, cause?: unknown) =>
    new ModelIntegrityError(name, `is not a static embedding file: ${problem}.`, { cause });
  const { tensors, metadata } = open(file, fault);
  const [embeddings, scales, weights] = ["embeddings", "scales", "weights"].map((tensor) => tensors.get(tensor));
  if (!isOf(embeddings, "I8") || !isOf(scales, "F32") || typeof metadata.vocabulary !== "string") {
    throw fault("it lacks int8 `embeddings`, float32 `scales` or a `vocabulary`");
  }
  const vocabulary = metadata.vocabulary.split("\n");
  const dimensions = scales.bytes.length / 4;
  const { bytes } = embeddings;
  if (dimensions % 4 !== 0 || bytes.length !== vocabulary.length * dimensions) {
    throw fault(
      `${vocabulary.length} tokens with ${dimensions} dimensions do not match ${bytes.length} bytes; it may be incomplete`,
    );
  }
  const maxSimShare = Number(metadata.maxsim_share ?? MAXSIM_SHARE);
  if (!(maxSimShare >= 0 && maxSimShare <= 1)) throw fault("its `maxsim_share` is not between 0 and 1");
  if (weights && !(weights.dtype === "U8" && weights.bytes.length === vocabulary.length)) {
    throw fault("its `weights` are not one byte per token");
  }
  return new StaticTable(
    vocabulary,
    new Float32Array(scales.bytes.slice().buffer),
    new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length),
    { weights: weights?.bytes.slice(), maxSimShare, calibration: readCalibration(name, metadata.calibration, fault) },
  );
}

function open(file: Uint8Array, fault: (problem: string, cause?: unknown) => Error) {
  try {
    return openSafetensors(file);
  } catch (error) {
    throw fault((error as Error).message, error);
  }
}

/** Metadata of safetensors are strings, so the calibration is stored as JSON. */
function readCalibration(
  name: string,
  text: string | undefined,
  fault: (problem: string, cause?: unknown) => Error,
): Calibration | undefined {
  if (text === undefined) return undefined;
  try {
    return storedCalibration(name, "metadata", JSON.parse(text));
  } catch (cause) {
    if (cause instanceof ModelIntegrityError) throw cause;
    throw fault("its `calibration` is not JSON", cause);
  }
}

function isOf(tensor: StoredTensor | undefined, dtype: string): tensor is StoredTensor {
  return tensor?.dtype === dtype;
}
