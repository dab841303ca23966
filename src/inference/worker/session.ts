import type { ModelLocation, ModelSpec, RuntimeName } from "../protocol.js";

/** A tensor as both ONNX runtimes represent it. */
export interface RuntimeTensor {
  readonly dims: readonly number[];
  readonly type: string;
  readonly data: unknown;
  dispose?(): void;
}

/** The part of an inference session that both ONNX runtimes (Node, web) share and that is used here. */
export interface RuntimeSession {
  readonly runtime: RuntimeName;
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Dimensions are numbers where the graph fixes them, and names where it does not. */
  readonly inputMetadata: readonly { name: string; type?: unknown; shape?: readonly (number | string)[] }[];
  run(feeds: Record<string, RuntimeTensor>, fetches: readonly string[]): Promise<Record<string, RuntimeTensor>>;
}

/** What differs between Node and browsers inside the worker: reading files, and the runtime that runs them. */
export interface Platform {
  /** @throws if the file does not exist. */
  readJson(location: ModelLocation, file: string): Promise<object>;
  /** Like {@link readJson}, but resolves to undefined if the file does not exist. */
  readJsonIfAny(location: ModelLocation, file: string): Promise<object | undefined>;
  /** @throws if the file does not exist. */
  readBytes(location: ModelLocation, file: string): Promise<Uint8Array>;
  /** @throws WorkerFault of kind `missing` if the runtime is not installed. */
  openSession(spec: ModelSpec): Promise<RuntimeSession>;
  tensor(
    type: "int64" | "int32" | "float32" | "float16",
    data: ArrayBufferView,
    dims: readonly number[],
  ): RuntimeTensor;
  /** Lets messages be handled before the next batch. */
  yieldToMessages(): Promise<void>;
}
