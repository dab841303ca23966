import type { ModelLocation, ModelSpec, WebRuntime } from "../../inference/protocol.js";
import { serveModel } from "../../inference/worker/serve-model.js";
import type { Platform, RuntimeSession, RuntimeTensor } from "../../inference/worker/session.js";
import { WorkerFault } from "../../inference/worker-fault.js";

type Runtime = typeof import("onnxruntime-web/wasm");

/** The part of a worker's global scope that is used here. The DOM types only describe the page's. */
interface WorkerScope {
  readonly name: string;
  readonly crossOriginIsolated: boolean;
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: "message", handle: (event: MessageEvent) => void): void;
  close(): void;
}

const scope = globalThis as unknown as WorkerScope;

let runtime: Runtime | undefined;

async function importRuntime({ module, wasmPaths }: WebRuntime): Promise<Runtime> {
  const load = (url: string) => import(/* @vite-ignore */ /* webpackIgnore: true */ url) as Promise<Runtime>;
  if (module !== undefined) return load(module);
  try {
    return await import("onnxruntime-web/wasm");
  } catch (error) {
    if (wasmPaths === undefined) throw error;
    return load(`${wasmPaths}ort.wasm.min.mjs`);
  }
}

async function loadRuntime(settings: WebRuntime, threads: number): Promise<Runtime> {
  if (runtime) return runtime;
  try {
    runtime = await importRuntime(settings);
  } catch (error) {
    throw missing(settings, error);
  }
  const { wasm } = runtime.env;
  // Threads share memory, which browsers only allow in cross-origin isolated pages.
  wasm.numThreads = scope.crossOriginIsolated ? threads : 1;
  const { device, wasmPaths } = settings;
  const file = device === "webgpu" ? "ort-wasm-simd-threaded.asyncify.wasm" : "ort-wasm-simd-threaded.wasm";
  if (wasmPaths !== undefined) wasm.wasmPaths = { wasm: `${wasmPaths}${file}` };
  return runtime;
}

function missing({ wasmPaths }: WebRuntime, error: unknown): WorkerFault {
  const where = wasmPaths ?? "the folder of its code";
  return new WorkerFault({
    kind: "missing",
    dependency: "onnxruntime-web",
    purpose: `Running models in a page (files of the runtime are loaded from ${where}; \`configureBrowser({ wasmPaths })\` changes that)`,
    cause: error instanceof Error ? error.message : String(error),
  });
}

async function readIfAny({ fetched }: ModelLocation, file: string): Promise<Blob | undefined> {
  const blob = fetched!.files[file];
  if (blob || fetched!.others === undefined) return blob;
  const response = await fetch(new URL(file, fetched!.others));
  // Servers of single-page applications respond with their page if there is no such file.
  if (response.status === 404 || response.headers.get("content-type")?.startsWith("text/html")) return undefined;
  if (!response.ok) throw new Error(`the server responded with status ${response.status}`);
  return response.blob();
}

async function read(location: ModelLocation, file: string): Promise<Blob> {
  const blob = await readIfAny(location, file);
  if (!blob) throw new Error("there is no such file");
  return blob;
}

const bytesOf = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer());

/** Weights in other files than the graph, under the names that the graph has for them. */
function externalData({ file, fetched }: ModelSpec): Promise<{ path: string; data: Uint8Array }[]> {
  const external = Object.entries(fetched!.files).filter(([path]) => path !== file && /\.onnx([._]data.*)$/.test(path));
  return Promise.all(
    external.map(async ([path, blob]) => ({ path: path.replace(/.*\//, ""), data: await bytesOf(blob) })),
  );
}

async function openSession(spec: ModelSpec): Promise<RuntimeSession> {
  const settings = spec.runtime ?? { device: "wasm" };
  const { device } = settings;
  if (spec.wanted !== undefined && spec.wanted !== device) {
    const sentence = `\`runtime: "${spec.wanted}"\` is not available: this page runs models on "${device}". Leave it out, or set \`device\` in \`configureBrowser\`.`;
    throw new WorkerFault({ kind: "option", option: "runtime", value: spec.wanted, sentence });
  }
  const { InferenceSession } = await loadRuntime(settings, spec.threads);
  const external = await externalData(spec);
  try {
    const session = await InferenceSession.create(await bytesOf(await read(spec, spec.file)), {
      executionProviders: [device],
      executionMode: "sequential",
      // As in Node: the runtime stores one memory pattern per input shape, and shapes vary.
      enableMemPattern: false,
      extra: { optimization: { disable_specified_optimizers: "SkipLayerNormFusion" } },
      ...(external.length > 0 ? { externalData: external } : {}),
    });
    const { inputNames, outputNames, inputMetadata } = session as unknown as RuntimeSession;
    const run: RuntimeSession["run"] = (feeds, fetches) => (session as unknown as RuntimeSession).run(feeds, fetches);
    return { runtime: device, inputNames, outputNames, inputMetadata, run };
  } catch (error) {
    // onnxruntime-common throws this if the runtime does not start, regardless of the model.
    if (error instanceof Error && /no available backend/i.test(error.message)) throw missing(settings, error);
    throw error;
  }
}

const platform: Platform = {
  readJson: async (location, file) => JSON.parse(await (await read(location, file)).text()) as object,
  async readJsonIfAny(location, file) {
    const blob = await readIfAny(location, file);
    return blob && (JSON.parse(await blob.text()) as object);
  },
  readBytes: async (location, file) => bytesOf(await read(location, file)),
  openSession,
  tensor: (type, data, dims) =>
    new runtime!.Tensor(type as "int64", data as BigInt64Array, dims) as unknown as RuntimeTensor,
  // The runtime's `run` resolves in a microtask, so that no message would be handled between batches.
  yieldToMessages: () =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(null);
    }),
};

if (scope.name.startsWith("em-pthread")) {
  // The runtime starts its threads from the file that it is in, which is this one if a bundler has put both into one file.
  void import("onnxruntime-web/wasm");
} else {
  serveModel(
    {
      onMessage: (handle) => scope.addEventListener("message", ({ data }) => handle(data)),
      post: (message, transfer) => scope.postMessage(message, transfer),
      close: () => scope.close(),
    },
    platform,
  );
}
