import { thisMachine } from "#platform/machine.js";
import type { Machine } from "./machine.js";
import type { DType, ModelEntry, Precision } from "./types.js";

/** Values of `dtype`. */
export const DTYPES: readonly DType[] = ["auto", "fp32", "fp16", "q8", "q4"];

/** The file to run. */
export interface WeightsFile {
  precision: Precision;
  /** Path relative to the model's folder. */
  path: string;
}

type Choice = Pick<ModelEntry, "files" | "lossy">;

/**
 * File names that publishers use for a precision, best first; `O1` to `O4` are the optimization levels of Optimum. Files for one
 * instruction set are considered only on machines that have it.
 */
function fileNames(precision: Precision, machine: Machine): string[] {
  const x64 = [
    ...(machine.int8 ? ["model_qint8_avx512_vnni.onnx", "model_qint8_avx512.onnx"] : []),
    "model_quint8_avx2.onnx",
  ];
  const q8 = { arm64: ["model_qint8_arm64.onnx"], wasm: [] }[machine.arch] ?? x64;
  return {
    fp32: ["model.onnx", "model_O3.onnx", "model_O2.onnx", "model_O1.onnx", "model_optimized.onnx"],
    fp16: ["model_fp16.onnx", "model_O4.onnx"],
    q8: ["model_quantized.onnx", "model_int8.onnx", "model_uint8.onnx", ...q8],
    q4: ["model_q4.onnx", "model_q4f16.onnx", "model_bnb4.onnx"],
  }[precision];
}

/**
 * Precisions in the order in which `auto` tries them. Registered models prefer 8 bits on machines that run them fastest; other files
 * prefer full precision, since nothing is known about the quality of their quantization. Browsers prefer small downloads.
 */
function automatic(machine: Machine, entry: Choice | undefined): Precision[] {
  const small = machine.downloads || (entry && machine.int8);
  const order: Precision[] = small ? ["q8", "fp32", "fp16", "q4"] : ["fp32", "q8", "fp16", "q4"];
  const lossy = entry?.lossy ?? [];
  return [
    ...order.filter((precision) => !lossy.includes(precision)),
    ...order.filter((precision) => lossy.includes(precision)),
  ];
}

/** Candidates for the weights, best first, for folders whose files cannot be listed. */
export function wantedWeights(dtype: DType, entry?: Choice, machine: Machine = thisMachine()): WeightsFile[] {
  return (dtype === "auto" ? automatic(machine, entry) : [dtype]).flatMap((precision) => {
    const named = entry?.files[precision]?.path;
    const candidates = fileNames(precision, machine).flatMap((file) => [`onnx/${file}`, file]);
    return [...(named === undefined ? [] : [named]), ...candidates].map((path) => ({ precision, path }));
  });
}

/**
 * Chooses a model's ONNX file.
 *
 * @param files Paths in the repository or folder.
 * @param options.file The path that the caller named, if any.
 * @returns `undefined` if the requested file or precision does not exist.
 */
export function chooseWeights(
  files: readonly string[],
  dtype: DType,
  entry?: Choice,
  { file, machine = thisMachine() }: { file?: string | undefined; machine?: Machine } = {},
): WeightsFile | undefined {
  if (file !== undefined) return files.includes(file) ? { precision: precisionOf(file), path: file } : undefined;
  const wanted = wantedWeights(dtype, entry, machine).find(({ path }) => files.includes(path));
  if (wanted) return wanted;
  // With a single ONNX file there is nothing to choose, whatever its name.
  const present = files.filter((path) => path.endsWith(".onnx"));
  return dtype === "auto" && present.length === 1
    ? { precision: precisionOf(present[0]!), path: present[0]! }
    : undefined;
}

/** The precision that a file's name announces; full precision if it announces none. */
function precisionOf(path: string): Precision {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (/q4|bnb4|int4/i.test(name)) return "q4";
  if (/q8|u?int8|quant/i.test(name)) return "q8";
  return /fp16|float16|_o4\b/i.test(name) ? "fp16" : "fp32";
}

/** Explains why {@link chooseWeights} found nothing and what to do. */
export function noWeights(files: readonly string[], dtype: DType, file?: string): string {
  const present = files.filter((path) => path.endsWith(".onnx"));
  if (present.length === 0) return "there is no ONNX file. Export it with optimum-cli, or choose another model.";
  const list = `There are ${present.join(", ")}.`;
  if (file !== undefined) return `there is no file ${file}. ${list}`;
  if (dtype !== "auto")
    return `there are no ${dtype} weights. ${list} Choose another \`dtype\`, or append the path of one of them to the name.`;
  return `no ONNX file has a name that says what it is. ${list} Append the path of one of them to the name.`;
}
