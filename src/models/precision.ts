import { readFileSync } from "node:fs";
import { ModelNotFoundError } from "../errors.js";
import type { DType, ModelEntry, Precision } from "./types.js";

/** What `dtype` can be. */
export const DTYPES: readonly DType[] = ["auto", "fp32", "fp16", "q8", "q4"];

/** What matters of the machine for the choice of a file. */
export interface Machine {
  arch: string;
  /** The processor multiplies 8-bit integers without the overflow of older instruction sets, and faster than floats. */
  int8: boolean;
}

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

/** Names that publishers give the file of a precision, best first. Those of one instruction set are for machines that have it. */
function fileNames(precision: Precision, machine: Machine): string[] {
  const q8 =
    machine.arch === "arm64"
      ? ["model_qint8_arm64.onnx"]
      : machine.int8
        ? ["model_qint8_avx512_vnni.onnx", "model_quint8_avx2.onnx"]
        : ["model_quint8_avx2.onnx"];
  return {
    fp32: ["model.onnx"],
    fp16: ["model_fp16.onnx"],
    q8: ["model_quantized.onnx", "model_int8.onnx", "model_uint8.onnx", ...q8],
    q4: ["model_q4.onnx"],
  }[precision];
}

/** Precisions that `auto` tries, in order. */
function automatic(machine: Machine, lossy: readonly Precision[]): Precision[] {
  const order: Precision[] = machine.int8 ? ["q8", "fp32", "fp16", "q4"] : ["fp32", "q8", "fp16", "q4"];
  return [
    ...order.filter((precision) => !lossy.includes(precision)),
    ...order.filter((precision) => lossy.includes(precision)),
  ];
}

/** The file to run and what it is. */
export interface WeightsFile {
  precision: Precision;
  path: string;
}

/**
 * Chooses the ONNX file of a model from the files that are there.
 *
 * @param files Paths of the repository or folder.
 * @throws ModelNotFoundError when there is none of the precision asked for; the message names those that there are.
 */
export function chooseWeights(
  name: string,
  files: readonly string[],
  dtype: DType,
  entry?: Pick<ModelEntry, "files" | "lossy">,
  machine: Machine = thisMachine(),
): WeightsFile {
  const wanted = dtype === "auto" ? automatic(machine, entry?.lossy ?? []) : [dtype];
  for (const precision of wanted) {
    const named = entry?.files[precision]?.path;
    const candidates = fileNames(precision, machine).flatMap((file) => [`onnx/${file}`, file]);
    const path = [...(named === undefined ? [] : [named]), ...candidates].find((candidate) =>
      files.includes(candidate),
    );
    if (path !== undefined) return { precision, path };
  }
  const present = files.filter((file) => file.endsWith(".onnx"));
  const found = present.length > 0 ? `its ONNX files are ${present.join(", ")}` : "it has no ONNX file";
  const advice =
    present.length > 0 ? "Choose another `dtype`." : "Export it with optimum-cli, or choose another model.";
  throw new ModelNotFoundError(name, `no ${dtype === "auto" ? "usable" : dtype} weights: ${found}. ${advice}`);
}
