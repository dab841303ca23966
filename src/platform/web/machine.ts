import type { Machine } from "../../models/machine.js";

/** A browser, wherever it runs: a page cannot see the processor, and WebAssembly's 8-bit products do not overflow. */
export function thisMachine(): Machine {
  return { arch: "wasm", int8: true, downloads: true };
}
