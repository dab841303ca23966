import { readFileSync } from "node:fs";
import type { Machine } from "../../models/machine.js";

/** This machine. */
export function thisMachine(): Machine {
  return { arch: process.arch, int8: hasInt8Instructions() };
}

/** Instructions that make 8-bit models both right and fast. Without them onnxruntime's 8-bit kernels can saturate (onnxruntime #6004). */
function hasInt8Instructions(): boolean {
  if (process.arch === "arm64" && process.platform === "darwin") return true;
  if (process.platform !== "linux") return false;
  try {
    return /\b(avx512_vnni|avx_vnni|asimddp)\b/.test(readFileSync("/proc/cpuinfo", "utf8"));
  } catch {
    return false;
  }
}
