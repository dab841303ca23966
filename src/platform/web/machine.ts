import type { Machine } from "../../models/machine.js";

/** A browser on any machine: a page cannot see the processor, and 8-bit products do not overflow in WebAssembly. */
export function thisMachine(): Machine {
  return { arch: "wasm", int8: true, downloads: true };
}
