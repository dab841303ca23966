import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import type { ModelLocation, ModelSpec } from "../../inference/protocol.js";
import { serveModel, type WorkerPort } from "../../inference/worker/serve-model.js";
import type { Platform, RuntimeSession, RuntimeTensor } from "../../inference/worker/session.js";
import { WorkerFault } from "../../inference/worker-fault.js";
import { NativeLatch } from "./thread.js";
import { openWasmSession, type WasmRuntime } from "./wasm-session.js";

type NativeRuntime = typeof import("onnxruntime-node");

/** A session, and what else of its runtime is needed after it has been opened. */
interface Opened extends Pick<NativeRuntime, "Tensor"> {
  session: RuntimeSession;
}

/** Memory that a thread of the engine shares with the one that started it. Other threads have other data, or none. */
const shared = (workerData as { inferenceLatch?: SharedArrayBuffer } | null)?.inferenceLatch;

const latch = new NativeLatch(shared);

/** Opens a session with the wanted runtime or, by default, with the first one that loads. */
async function openSession(spec: ModelSpec): Promise<Opened> {
  if (spec.wanted === "wasm")
    return openWasm(spec, await importWasm().catch((error) => missing("onnxruntime-web", error)));
  let native: NativeRuntime;
  try {
    native = await import("onnxruntime-node");
  } catch (error) {
    const wasm = spec.wanted === "native" ? undefined : await importWasm().catch(() => undefined);
    return wasm ? openWasm(spec, wasm) : missing("onnxruntime-node", error);
  }
  return { session: await openNative(spec, native), Tensor: native.Tensor };
}

function importWasm(): Promise<WasmRuntime> {
  // In Deno's workers the origin is the string "null", which onnxruntime-web uses as a base URL and rejects.
  const { location } = globalThis as { location?: { origin: string } };
  if (location?.origin === "null") Object.defineProperty(globalThis, "location", { value: undefined });
  return import("onnxruntime-web/wasm");
}

async function openWasm(spec: ModelSpec, wasm: WasmRuntime): Promise<Opened> {
  const { Tensor } = wasm as unknown as NativeRuntime;
  return { session: await openWasmSession(wasm, spec), Tensor };
}

async function openNative({ folder, file, threads }: ModelSpec, native: NativeRuntime): Promise<RuntimeSession> {
  const session = await latch.guard(() =>
    native.InferenceSession.create(join(folder, file), {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: "sequential",
      // The runtime stores one memory pattern per input shape. Lengths vary from batch to batch, so patterns would pile up.
      enableMemPattern: false,
      // The fused kernel is slower than the two that it replaces, most of all in int8 (benchmark/README.md).
      extra: { optimization: { disable_specified_optimizers: "SkipLayerNormFusion" } },
    }),
  );
  const { inputNames, outputNames, inputMetadata, run } = session as unknown as RuntimeSession;
  return {
    runtime: "native",
    inputNames,
    outputNames,
    inputMetadata,
    run: (feeds, fetches) => latch.guard(() => run.call(session, feeds, fetches)),
  };
}

function missing(dependency: "onnxruntime-node" | "onnxruntime-web", error: unknown): never {
  const cause = error instanceof Error ? error.message : String(error);
  throw new WorkerFault({ kind: "missing", dependency, purpose: "Running models on this machine", cause });
}

async function readJson({ folder }: ModelLocation, file: string): Promise<object> {
  const text = await readFile(join(folder, file), "utf8");
  return JSON.parse(text) as object;
}

/** Serves a model, on this thread. */
export function serveHere(port: WorkerPort): void {
  let runtime: Opened | undefined;
  const platform: Platform = {
    readJson,
    async readJsonIfAny(location, file) {
      try {
        return await readJson(location, file);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
      }
    },
    readBytes: ({ folder }, file) => readFile(join(folder, file)),
    async openSession(spec) {
      runtime = await openSession(spec);
      return runtime.session;
    },
    tensor: (type, data, dims) =>
      new runtime!.Tensor(type as "int64", data as BigInt64Array, dims) as unknown as RuntimeTensor,
    // The native runtime's `run` waits for a turn of the event loop, in which messages are handled; that of WebAssembly does not.
    yieldToMessages: () => new Promise((resolve) => setImmediate(resolve)),
  };
  serveModel(port, platform);
}

if (shared) {
  const port = parentPort!;
  serveHere({
    onMessage: (handle) => port.on("message", handle),
    post: (message, transfer) => port.postMessage(message, transfer),
    // Deno has no `close` on the parent port, but on the global scope, as in Web Workers.
    close: () => (typeof port.close === "function" ? port.close() : globalThis.close()),
  });
}
