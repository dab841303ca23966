import type { ModelEntry, ModelFile } from "../types.js";
import { ettinFigures } from "./figures.js";

/** Modules behind the graph: CLS pooling, dense with GELU, layer norm, dense to one score. */
const HEAD_FOLDERS = ["1_Pooling", "2_Dense", "3_LayerNorm", "4_Dense"] as const;

function ettin(
  size: string,
  parameters: number,
  figures: ModelEntry["figures"],
  more: Partial<ModelEntry> = {},
): ModelEntry {
  const name = `cross-encoder/ettin-reranker-${size}-v1`;
  return {
    name,
    kind: "cross-encoder",
    family: "modernbert",
    description: `English reranker on a ModernBERT encoder of ${size}; the published ONNX file ends before the head, which is read from its modules.`,
    repository: name,
    files: { fp32: { path: "onnx/model.onnx" } },
    parameters,
    languages: ["en"],
    maxLength: 7999,
    license: "Apache-2.0",
    commercial: true,
    head: { type: "modules", folders: HEAD_FOLDERS },
    activation: "identity",
    lossy: ["q8"],
    ...(figures ? { figures } : {}),
    source: "card",
    ...more,
  };
}

/** Hashes of the head's files at the pinned revision of the smallest model. */
const HEAD_17M: readonly ModelFile[] = [
  { path: "1_Pooling/config.json", sha256: "343d502263e29ac81758d9d8f250e52d9420ecc3dfc771303e7d91f56bad5ef2" },
  {
    path: "2_Dense/model.safetensors",
    bytes: 262_232,
    sha256: "85e9596d9250a871deb159fb5db6979e910b4cf181d05c806733c49bc43d47c8",
  },
  {
    path: "3_LayerNorm/model.safetensors",
    bytes: 2_200,
    sha256: "de99fa351fb4badb74b56e85fa70b5bbd3fcf4d0e74de79eb749dba1e9e28b4a",
  },
  {
    path: "4_Dense/model.safetensors",
    bytes: 1_172,
    sha256: "654827171b89c76d19d663162243f38d63d1ba812ac1ec9c1b36512f1a8e9ce8",
  },
];

/** The Ettin rerankers (2026), smallest first. Their 8-bit files are named by instruction set and rank worse; fp32 is what `auto` takes. */
export const ETTIN: readonly ModelEntry[] = [
  ettin("17m", 17, ettinFigures(0.5576, 0.6746), {
    revision: "9e4aa35321a6dd1a43ca313f500c4b4f7cfb5cc6",
    pinned: HEAD_17M,
  }),
  ettin("32m", 32, ettinFigures(0.5779, 0.6825)),
  ettin("68m", 68, ettinFigures(0.5915, 0.6915)),
  ettin("150m", 150, ettinFigures(0.5994, 0.7086)),
];
