import type { FromWorker, Thread, ToWorker, WebRuntime } from "../../inference/protocol.js";
import { absoluteFolder, browserSettings } from "./browser-settings.js";

/** Starts a thread. `onExit` is called once, when the thread ends because of an error. */
export function startThread(onMessage: (message: FromWorker) => void, onExit: (reason: string) => void): Thread {
  const worker = startWorker();
  let ended = false;
  const fail = (reason: string) => {
    if (ended) return;
    ended = true;
    worker.terminate();
    onExit(reason);
  };
  worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => onMessage(data));
  worker.addEventListener("messageerror", () => fail("one of its messages could not be read"));
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    fail(event.message || COULD_NOT_LOAD);
  });
  return {
    post: (message) => worker.postMessage(withRuntime(message)),
    hold: () => {},
    // Unlike in Node, a worker may end at any time, also during native work.
    terminate: async () => {
      ended = true;
      worker.terminate();
    },
  };
}

const COULD_NOT_LOAD =
  "its script, `inference-worker.web.js`, could not be loaded. If a bundler leaves it out, pass `configureBrowser({ worker })`";

/** Bundlers look for this literal form. */
function startWorker(): Worker {
  const { worker } = browserSettings();
  if (worker) return worker();
  return new Worker(new URL("./inference-worker.web.js", import.meta.url), { type: "module" });
}

function withRuntime(message: ToWorker): ToWorker {
  return message.type === "load" ? { ...message, spec: { ...message.spec, runtime: webRuntime() } } : message;
}

/** The runtime's settings. The worker cannot find them out because it knows neither the page's address nor its import map. */
function webRuntime(): WebRuntime {
  const { device = "wasm", wasmPaths } = browserSettings();
  const folder = wasmPaths === undefined ? undefined : absoluteFolder(wasmPaths).href;
  const module = device === "webgpu" ? `${folder}ort.webgpu.min.mjs` : mapped("onnxruntime-web/wasm");
  return { device, module, wasmPaths: folder };
}

/** The URL that the page's import map has for a package; undefined if it has none. */
function mapped(specifier: string): string | undefined {
  try {
    return (import.meta as { resolve?: (specifier: string) => string }).resolve?.(specifier);
  } catch {
    return undefined;
  }
}

/** Default maximum number of sessions of a small model. Each takes about 150 MB, which is a lot for a page. */
export const MAX_DEFAULT_WORKERS = 2;

/** A page must not be blocked, so a model never runs on its thread. */
export const CAN_RUN_HERE = false;

/** Not reached in browsers, because of {@link CAN_RUN_HERE}. */
export const startHere = startThread;

/** Number of cores that the browser reports. */
export function coreCount(): number {
  return navigator.hardwareConcurrency || 1;
}
