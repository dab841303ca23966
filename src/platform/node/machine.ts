import type { Machine } from "../../models/machine.js";
import { instructionSets } from "./instruction-sets.js";

/** This machine. */
export function thisMachine(): Machine {
  return { arch: process.arch, int8: hasInt8Instructions() };
}

/** Whether 8-bit models are both right and fast. Without these instructions, onnxruntime's 8-bit kernels can saturate (onnxruntime #6004). */
function hasInt8Instructions(): boolean {
  return instructionSets()?.some((name) => ["avx_vnni", "avx512_vnni", "dotprod"].includes(name)) ?? false;
}
