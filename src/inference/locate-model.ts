import { readdir, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { ModelIntegrityError, ModelNotFoundError } from "../errors.js";
import { findModel, nearestModels } from "../models/find.js";
import type { DType, ModelEntry, Precision } from "../models/types.js";

/** A model's files on this machine. */
export interface LocatedModel {
  /** The name asked for. */
  name: string;
  folder: string;
  /** The ONNX file, relative to the folder. */
  file: string;
  /** Bytes of the ONNX file. */
  bytes: number;
  /** What the registry knows of it. */
  entry: ModelEntry | undefined;
}

/** File names that exporters give to each precision, best first; `auto` tries the precisions in this order. */
const PRECISION_FILES: Record<Precision, readonly string[]> = {
  fp32: ["model.onnx"],
  q8: ["model_int8.onnx", "model_quantized.onnx", "model_uint8.onnx", "model_qint8_avx512_vnni.onnx"],
  fp16: ["model_fp16.onnx"],
  q4: ["model_q4.onnx", "model_q4f16.onnx", "model_bnb4.onnx"],
};

/**
 * Finds a model: a bundled name, or a local folder with the ONNX file (`model.onnx` or `onnx/model*.onnx`), `tokenizer.json` and
 * `config.json`.
 *
 * @throws ModelNotFoundError when it is neither. ModelIntegrityError for a folder without the ONNX file.
 */
export async function locateModel(name: string, dtype: DType = "auto"): Promise<LocatedModel> {
  const entry = findModel(name);
  const folder = entry?.bundled ? bundledFolder(entry.bundled) : name;
  if (!(await isFolder(folder))) {
    throw new ModelNotFoundError(name, "is neither a bundled model nor a folder on this machine.", {
      suggestions: nearestModels(name),
    });
  }
  const file = await findOnnxFile(name, folder, dtype, entry);
  return { name, folder, file, bytes: (await stat(join(folder, file))).size, entry };
}

/** The folder of a bundled model, found through the package's own name so that it does not depend on where this code was built to. */
function bundledFolder(folder: string): string {
  const packageJson = createRequire(import.meta.url).resolve("langchain-rerank/package.json");
  return join(dirname(packageJson), "models", folder);
}

async function findOnnxFile(name: string, folder: string, dtype: DType, entry: ModelEntry | undefined): Promise<string> {
  const listed = [...(await listFiles(folder)), ...(await listFiles(join(folder, "onnx"))).map((file) => `onnx/${file}`)];
  const present = listed.filter((file) => file.endsWith(".onnx"));
  const precisions = dtype === "auto" ? (Object.keys(PRECISION_FILES) as Precision[]) : [dtype];
  for (const precision of precisions) {
    const known = entry?.files[precision]?.path;
    const candidates = PRECISION_FILES[precision].flatMap((file) => [file, `onnx/${file}`]);
    const found = [...(known ? [known] : []), ...candidates].find((file) => present.includes(file));
    if (found) return found;
  }
  if (dtype === "auto" && present.length === 1) return present[0]!;
  const wanted = dtype === "auto" ? "model.onnx or onnx/model*.onnx" : PRECISION_FILES[dtype].join(" or ");
  const there = present.length > 0 ? `there are ${present.join(", ")}` : "there is no ONNX file";
  throw new ModelIntegrityError(name, `holds no ${wanted}; ${there}.`, { file: folder });
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function listFiles(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
