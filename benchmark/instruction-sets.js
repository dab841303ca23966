import { readFileSync } from "node:fs";

/** The instruction sets of this processor that decide how fast 8-bit models run. */
export function instructionSets() {
  try {
    const flags = new Set(/^flags\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))[1].split(" "));
    const found = ["avx2", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8"].filter((name) => flags.has(name));
    return found.join(", ") || "no AVX2";
  } catch {
    return "instruction sets unknown";
  }
}
