import { cpus, freemem, release, totalmem } from "node:os";
import { type InstructionSet, instructionSets } from "../../../platform/node/machine.js";

/** The machine and the JavaScript runtime. */
export interface SystemReport {
  /** Name and version of the runtime, such as `Node.js 22.11.0`. */
  runtime: string;
  /** Operating system and processor architecture, such as `linux x64`. */
  platform: string;
  release: string;
  /** C library of a Linux system. */
  libc?: string;
  processor: string;
  cores: number;
  /** Absent where the system does not report them. */
  instructionSets?: InstructionSet[];
  /** Bytes. */
  memory: { total: number; free: number };
}

/** Describes the machine and the runtime. */
export function describeSystem(): SystemReport {
  const processors = cpus();
  const sets = instructionSets();
  const libc = libcOf();
  return {
    runtime: runtimeName(),
    platform: `${process.platform} ${process.arch}`,
    release: release(),
    ...(libc === undefined ? {} : { libc }),
    processor: processors[0]?.model.trim() || "unknown",
    cores: processors.length,
    ...(sets === undefined ? {} : { instructionSets: sets }),
    memory: { total: totalmem(), free: freemem() },
  };
}

function runtimeName(): string {
  const { bun, deno } = process.versions as Record<string, string | undefined>;
  if (bun) return `Bun ${bun}`;
  return deno ? `Deno ${deno}` : `Node.js ${process.versions.node}`;
}

/** glibc reports its version; on a Linux system without it, the C library is musl, as on Alpine. */
function libcOf(): string | undefined {
  if (process.platform !== "linux") return undefined;
  const report = process.report?.getReport() as unknown as
    | { header?: { glibcVersionRuntime?: string }; sharedObjects?: string[] }
    | undefined;
  const glibc = report?.header?.glibcVersionRuntime;
  if (glibc) return `glibc ${glibc}`;
  return report?.sharedObjects?.some((file) => /\bmusl\b/.test(file)) ? "musl" : undefined;
}
