import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import type { ModelLocation } from "../../inference/protocol.js";
import { serveModel } from "../../inference/worker/serve-model.js";
import type { Platform, RuntimeSession, RuntimeTensor } from "../../inference/worker/session.js";
import { WorkerFault } from "../../inference/worker-fault.js";
import { NativeLatch } from "./native-latch.js";

type Runtime = typeof import("onnxruntime-node");

let runtime: Runtime | undefined;

const latch = new NativeLatch((workerData as { latch: SharedArrayBuffer }).latch);

async function loadRuntime(): Promise<Runtime> {
  try {
    runtime ??= await import("onnxruntime-node");
    return runtime;
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new WorkerFault({
      kind: "missing",
      dependency: "onnxruntime-node",
      purpose: "Running models on this machine",
      cause,
    });
  }
}

async function readJson({ folder }: ModelLocation, file: string): Promise<object> {
  const text = await readFile(join(folder, file), "utf8");
  return JSON.parse(text) as object;
}

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
  async openSession({ folder, file, threads }) {
    const session = await latch.guard(async () => {
      const { InferenceSession } = await loadRuntime();
      return InferenceSession.create(join(folder, file), {
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        executionMode: "sequential",
        // The runtime stores one memory pattern per input shape. Lengths vary from batch to batch, so patterns would pile up.
        enableMemPattern: false,
        // The fused kernel is slower than the two that it replaces, most of all in int8 (benchmark/README.md).
        extra: { optimization: { disable_specified_optimizers: "SkipLayerNormFusion" } },
      });
    });
    const { inputNames, outputNames, inputMetadata, run } = session as unknown as RuntimeSession;
    return {
      inputNames,
      outputNames,
      inputMetadata,
      run: (feeds, fetches) => latch.guard(() => run.call(session, feeds, fetches)),
    };
  },
  tensor: (type, data, dims) =>
    new runtime!.Tensor(type as "int64", data as BigInt64Array, dims) as unknown as RuntimeTensor,
  // The runtime's `run` waits for a turn of the event loop, in which messages are handled.
  yieldToMessages: async () => {},
};

const port = parentPort!;
serveModel(
  {
    onMessage: (handle) => port.on("message", handle),
    post: (message, transfer) => port.postMessage(message, transfer),
    // Deno has no `close` on the parent port, but on the global scope, as in Web Workers.
    close: () => (typeof port.close === "function" ? port.close() : globalThis.close()),
  },
  platform,
);
