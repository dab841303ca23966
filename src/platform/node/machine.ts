import { readFileSync } from "node:fs";
import type { Machine } from "../../models/machine.js";

/** This machine. */
export function thisMachine(): Machine {
  return { arch: process.arch, int8: hasInt8Instructions() };
}

/** Whether 8-bit models are both right and fast. Without these instructions, onnxruntime's 8-bit kernels can saturate (onnxruntime #6004). */
function hasInt8Instructions(): boolean {
  return instructionSets()?.some((name) => ["avx_vnni", "avx512_vnni", "dotprod"].includes(name)) ?? false;
}

/** Instruction sets that matter for the speed of models, in the order of `/proc/cpuinfo`'s names. */
const KNOWN = {
  avx2: /\bavx2\b/,
  avx512: /\bavx512f\b/,
  avx_vnni: /\bavx_vnni\b/,
  avx512_vnni: /\bavx512_vnni\b/,
  amx: /\bamx_int8\b/,
  neon: /\b(neon|asimd)\b/,
  dotprod: /\basimddp\b/,
  i8mm: /\bi8mm\b/,
} as const;

/** Name of an instruction set. */
export type InstructionSet = keyof typeof KNOWN;

/** The instruction sets of this processor, or `undefined` where the system does not report them. */
export function instructionSets(): InstructionSet[] | undefined {
  // Every Apple processor has them.
  if (process.arch === "arm64" && process.platform === "darwin") return ["neon", "dotprod"];
  if (process.platform !== "linux") return undefined;
  try {
    const flags = readFileSync("/proc/cpuinfo", "utf8");
    return (Object.keys(KNOWN) as InstructionSet[]).filter((name) => KNOWN[name].test(flags));
  } catch {
    return undefined;
  }
}
