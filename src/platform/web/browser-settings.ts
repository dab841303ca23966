import { InvalidOptionError } from "../../errors.js";
import { checkKnown, checkOneOf } from "../../options.js";

/** What {@link configureBrowser} sets. */
export interface BrowserSettings {
  /**
   * Address of the folder that holds the bundled models, one folder each: a copy of this package's `models/`. May be relative to the page.
   * @default beside this package's files, where Vite, webpack and plain file servers find them
   */
  modelsUrl?: string | URL | undefined;
  /**
   * Address of the folder that holds onnxruntime-web's files: a copy of its `dist/`. May be relative to the page.
   * @default beside the runtime's own code, where Vite, webpack and plain file servers find them
   */
  wasmPaths?: string | URL | undefined;
  /** Address of the Hugging Face hub or of a mirror that answers pages of other sites (CORS). @default "https://huggingface.co" */
  hubUrl?: string | URL | undefined;
  /**
   * What runs the models: WebAssembly on the processor, or WebGPU, which pays for large files in full or half precision and needs
   * `wasmPaths`. 8-bit files run faster on WebAssembly.
   * @default "wasm"
   */
  device?: "wasm" | "webgpu" | undefined;
  /**
   * Starts the worker that runs a model, where your bundler does not find it by itself: a module worker of this package's
   * `dist/inference-worker.web.js`.
   */
  worker?: (() => Worker) | undefined;
}

/** One place for all copies of this package in a page, so that every entry of it sees the same settings. */
const KEY = Symbol.for("langchain-rerank.browser");

type Place = { [KEY]?: BrowserSettings };

/**
 * Tells where a page finds what runs models in it. Call it before the first model is loaded; later calls add to it, and hold for models
 * that are loaded from then on. Node has no use for it and ignores it.
 *
 * @throws InvalidOptionError
 * @example
 * configureBrowser({ modelsUrl: "/models/", wasmPaths: "/onnxruntime/" });
 */
export function configureBrowser(settings: BrowserSettings): void {
  const names = ["modelsUrl", "wasmPaths", "hubUrl", "device", "worker"];
  checkKnown(settings, names, "configureBrowser");
  checkOneOf("device", settings.device, ["wasm", "webgpu"]);
  for (const name of ["modelsUrl", "wasmPaths", "hubUrl"] as const) {
    const value = settings[name];
    if (value === undefined || value instanceof URL || (typeof value === "string" && value !== "")) continue;
    throw new InvalidOptionError(name, value, "an address");
  }
  if (settings.worker !== undefined && typeof settings.worker !== "function") {
    throw new InvalidOptionError("worker", settings.worker, "a function that starts a worker");
  }
  const all = { ...browserSettings(), ...settings };
  if (all.device === "webgpu" && all.wasmPaths === undefined) {
    throw new InvalidOptionError(
      "device",
      "webgpu",
      `"wasm" as long as \`wasmPaths\` does not say where the runtime is`,
    );
  }
  (globalThis as Place)[KEY] = all;
}

/** What the page has set. */
export function browserSettings(): BrowserSettings {
  return (globalThis as Place)[KEY] ?? {};
}

/** An address made absolute: relative ones are seen from the page, or from the worker that this code runs in. */
export function absolute(address: string | URL): URL {
  const { document, location } = globalThis as { document?: { baseURI: string }; location?: { href: string } };
  return new URL(address, document?.baseURI ?? location?.href);
}

/** The same for folders, whose addresses end in a slash. */
export function absoluteFolder(address: string | URL): URL {
  const url = absolute(address);
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url;
}
