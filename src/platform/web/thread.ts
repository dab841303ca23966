import type { FromWorker, Thread, ToWorker, WebRuntime } from "../../inference/protocol.js";
import { absoluteFolder, browserSettings } from "./browser-settings.js";

/** Starts a thread. `onExit` is called once, when it ends by a fault. */
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
  worker.addEventListener("messageerror", () => fail("a message could not be read"));
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    fail(
      event.message || "its script, `inference-worker.web.js`, could not be loaded; see `configureBrowser({ worker })`",
    );
  });
  return {
    post: (message) => worker.postMessage(withRuntime(message)),
    hold: () => {},
    // Unlike Node, a browser ends a worker at any time without harm.
    terminate: async () => {
      ended = true;
      worker.terminate();
    },
  };
}

/** The literal form is what bundlers look for. */
function startWorker(): Worker {
  const { worker } = browserSettings();
  if (worker) return worker();
  return new Worker(new URL("./inference-worker.web.js", import.meta.url), { type: "module" });
}

function withRuntime(message: ToWorker): ToWorker {
  return message.type === "load" ? { ...message, spec: { ...message.spec, runtime: webRuntime() } } : message;
}

/** What the worker is told of the runtime, which it cannot see itself: workers know neither the page's address nor its import map. */
function webRuntime(): WebRuntime {
  const { device = "wasm", wasmPaths } = browserSettings();
  const folder = wasmPaths === undefined ? undefined : absoluteFolder(wasmPaths).href;
  const module = device === "webgpu" ? `${folder}ort.webgpu.min.mjs` : mapped("onnxruntime-web/wasm");
  return { device, module, wasmPaths: folder };
}

/** The address that the page's import map gives a package; undefined where it has none. */
function mapped(specifier: string): string | undefined {
  try {
    return (import.meta as { resolve?: (specifier: string) => string }).resolve?.(specifier);
  } catch {
    return undefined;
  }
}

/** Sessions of a small model that are started unasked: each takes some 150 MB, which is much for a page. */
export const MAX_DEFAULT_WORKERS = 2;

/** Cores that the browser admits to. */
export function coreCount(): number {
  return navigator.hardwareConcurrency || 1;
}
