import { thisMachine } from "#platform/machine.js";
import type { Machine } from "./machine.js";
import type { DType, ModelEntry, Precision } from "./types.js";

/** What `dtype` can be. */
export const DTYPES: readonly DType[] = ["auto", "fp32", "fp16", "q8", "q4"];

/** Names that publishers give the file of a precision, best first. Those of one instruction set are for machines that have it. */
function fileNames(precision: Precision, machine: Machine): string[] {
  const x64 = machine.int8 ? ["model_qint8_avx512_vnni.onnx", "model_quint8_avx2.onnx"] : ["model_quint8_avx2.onnx"];
  const q8 = { arm64: ["model_qint8_arm64.onnx"], wasm: [] }[machine.arch] ?? x64;
  return {
    fp32: ["model.onnx"],
    fp16: ["model_fp16.onnx"],
    q8: ["model_quantized.onnx", "model_int8.onnx", "model_uint8.onnx", ...q8],
    q4: ["model_q4.onnx", "model_q4f16.onnx", "model_bnb4.onnx"],
  }[precision];
}

/**
 * Precisions that `auto` tries, in order: 8 bits first where the machine runs them fastest and the registry vouches for the file, full
 * precision first for files that nobody vouches for. What every visitor of a page has to download is taken in 8 bits where nobody warns.
 */
function automatic(machine: Machine, entry: Pick<ModelEntry, "lossy"> | undefined): Precision[] {
  const small = machine.downloads || (entry && machine.int8);
  const order: Precision[] = small ? ["q8", "fp32", "fp16", "q4"] : ["fp32", "q8", "fp16", "q4"];
  const lossy = entry?.lossy ?? [];
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

/** Files that would do, best first, for places whose files cannot be listed. */
export function wantedWeights(
  dtype: DType,
  entry?: Pick<ModelEntry, "files" | "lossy">,
  machine: Machine = thisMachine(),
): WeightsFile[] {
  return (dtype === "auto" ? automatic(machine, entry) : [dtype]).flatMap((precision) => {
    const named = entry?.files[precision]?.path;
    const candidates = fileNames(precision, machine).flatMap((file) => [`onnx/${file}`, file]);
    return [...(named === undefined ? [] : [named]), ...candidates].map((path) => ({ precision, path }));
  });
}

/**
 * Chooses the ONNX file of a model from the files that are there.
 *
 * @param files Paths of the repository or folder.
 * @returns `undefined` when there is none of the precision asked for.
 */
export function chooseWeights(
  files: readonly string[],
  dtype: DType,
  entry?: Pick<ModelEntry, "files" | "lossy">,
  machine: Machine = thisMachine(),
): WeightsFile | undefined {
  const wanted = wantedWeights(dtype, entry, machine).find(({ path }) => files.includes(path));
  if (wanted) return wanted;
  // A single ONNX file leaves nothing to choose, whatever its name.
  const present = files.filter((file) => file.endsWith(".onnx"));
  return dtype === "auto" && present.length === 1 ? { precision: "fp32", path: present[0]! } : undefined;
}

/** Why {@link chooseWeights} found nothing, and what to do. */
export function noWeights(files: readonly string[], dtype: DType): string {
  const present = files.filter((file) => file.endsWith(".onnx"));
  if (present.length === 0) return "it has no ONNX file. Export it with optimum-cli, or choose another model.";
  return `it has no ${dtype === "auto" ? "ONNX file of a known name" : `${dtype} weights`}; there are ${present.join(", ")}. Choose another \`dtype\`.`;
}
