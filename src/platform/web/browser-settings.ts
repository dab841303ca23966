import { InvalidOptionError } from "../../errors.js";
import { type Checks, checkOptions, expecting, oneOf } from "../../options.js";

/** Settings of {@link configureBrowser}. */
export interface BrowserSettings {
  /**
   * URL of the folder with the bundled models: a copy of this package's `models/`. May be relative to the page.
   * @default next to this package's files, where Vite, webpack and plain file servers find them
   */
  modelsUrl?: string | URL | undefined;
  /**
   * URL of the folder with onnxruntime-web's files: a copy of its `dist/`. May be relative to the page.
   * @default next to the runtime's own code, where Vite, webpack and plain file servers find them
   */
  wasmPaths?: string | URL | undefined;
  /** URL of the Hugging Face hub, or of a mirror that allows other origins (CORS). @default "https://huggingface.co" */
  hubUrl?: string | URL | undefined;
  /**
   * The device that runs the models: WebAssembly on the CPU, or WebGPU, which is worthwhile for large files in full or half precision and needs
   * `wasmPaths`. 8-bit files run faster on WebAssembly.
   * @default "wasm"
   */
  device?: "wasm" | "webgpu" | undefined;
  /**
   * Starts the worker that runs a model, for bundlers that do not find it: a module worker of this package's
   * `dist/inference-worker.web.js`.
   */
  worker?: (() => Worker) | undefined;
}

const url = expecting("a URL", (value) => value instanceof URL || (typeof value === "string" && value !== ""));

const CHECKS = {
  modelsUrl: url,
  wasmPaths: url,
  hubUrl: url,
  device: oneOf(["wasm", "webgpu"]),
  worker: expecting("a function that starts a worker", (value) => typeof value === "function"),
} satisfies Checks<BrowserSettings>;

/** A global symbol, so that all copies of this package in a page share the settings. */
const KEY = Symbol.for("langchain-rerank.browser");

type Holder = { [KEY]?: BrowserSettings };

/**
 * Configures where a page finds the files that run models. Call it before the first model is loaded. Later calls add to the settings and
 * apply to models that are loaded afterwards. It has no effect in Node.
 *
 * @throws InvalidOptionError when a setting is unknown or invalid, or `device: "webgpu"` lacks `wasmPaths`.
 * @example
 * configureBrowser({ modelsUrl: "/models/", wasmPaths: "/onnxruntime/" });
 */
export function configureBrowser(settings: BrowserSettings): void {
  checkOptions(settings, CHECKS, "configureBrowser");
  const all = { ...browserSettings(), ...settings };
  if (all.device === "webgpu" && all.wasmPaths === undefined) {
    throw InvalidOptionError.because("device", "webgpu", '`device: "webgpu"` requires `wasmPaths`.');
  }
  (globalThis as Holder)[KEY] = all;
}

/** The page's settings. */
export function browserSettings(): BrowserSettings {
  return (globalThis as Holder)[KEY] ?? {};
}

/** The configured folder of the bundled models, if there is one. */
export function modelsFolder(): URL | undefined {
  const { modelsUrl } = browserSettings();
  return modelsUrl === undefined ? undefined : absoluteFolder(modelsUrl);
}

/** Resolves a URL against the page, or against the worker that this code runs in. */
export function absolute(address: string | URL): URL {
  const { document, location } = globalThis as { document?: { baseURI: string }; location?: { href: string } };
  return new URL(address, document?.baseURI ?? location?.href);
}

/** Resolves the URL of a folder and adds the slash at its end. */
export function absoluteFolder(address: string | URL): URL {
  const resolved = absolute(address);
  if (!resolved.pathname.endsWith("/")) resolved.pathname += "/";
  return resolved;
}
