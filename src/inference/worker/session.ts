import { halfToNumber } from "../formats/safetensors.js";
import type { ModelPlace, ModelSpec } from "../protocol.js";

/** An integer or float tensor as both ONNX runtimes have it. */
export interface RuntimeTensor {
  readonly dims: readonly number[];
  readonly type: string;
  readonly data: unknown;
  dispose?(): void;
}

/** The part of an inference session that both ONNX runtimes (Node, web) share and that is used here. */
export interface RuntimeSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly inputMetadata: readonly { name: string; type?: unknown }[];
  run(feeds: Record<string, RuntimeTensor>, fetches: readonly string[]): Promise<Record<string, RuntimeTensor>>;
}

/** What differs between Node and browsers below the worker: how files are read and which runtime runs them. */
export interface Platform {
  /** @throws when the file is not there. */
  readJson(place: ModelPlace, file: string): Promise<object>;
  /** Same, undefined when the file is not there. */
  readJsonIfAny(place: ModelPlace, file: string): Promise<object | undefined>;
  /** @throws when the file is not there. */
  readBytes(place: ModelPlace, file: string): Promise<Uint8Array>;
  /** @throws WorkerFault of kind `missing` when the runtime is not installed. */
  openSession(spec: ModelSpec): Promise<RuntimeSession>;
  tensor(
    type: "int64" | "int32" | "float32" | "float16",
    data: ArrayBufferView,
    dims: readonly number[],
  ): RuntimeTensor;
  /** Lets messages in before the next batch. */
  yieldToMessages(): Promise<void>;
}

/** A tensor's values as 32-bit floats; half-precision ones are widened. */
export function toFloat32(tensor: RuntimeTensor): Float32Array {
  const { data, type } = tensor;
  if (data instanceof Float32Array) return data;
  if (type === "float16" && data instanceof Uint16Array) return Float32Array.from(data, halfToNumber);
  if (ArrayBuffer.isView(data)) return Float32Array.from(data as unknown as ArrayLike<number>);
  throw new TypeError(`A tensor of type ${type} was expected to hold numbers.`);
}

/** One value of a tensor, without widening the rest of it. */
export function valueAt({ data, type }: RuntimeTensor, index: number): number {
  const value = (data as ArrayLike<number>)[index]!;
  return type === "float16" && data instanceof Uint16Array ? halfToNumber(value) : Number(value);
}
