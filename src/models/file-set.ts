import type { ModelEntry } from "./types.js";

/** Without these no model runs. */
export const REQUIRED_FILES = ["config.json", "tokenizer.json"] as const;

/** Read when they are there. */
const OPTIONAL_FILES = [
  "tokenizer_config.json",
  "special_tokens_map.json",
  "modules.json",
  "sentence_bert_config.json",
  "config_sentence_transformers.json",
  "artifact.metadata",
] as const;

/** Files of a sentence-transformers module: pooling, dense layers and norms behind the graph. */
const MODULE_FILE = /^\d+_\w+\/(config\.json|model\.safetensors)$/;

/** Which files of a repository a model needs, and which it would have read had they been there. */
export interface FileSet {
  present: string[];
  absent: string[];
}

/** Sorts out a repository's files for one ONNX file. */
export function selectFiles(files: readonly string[], weights: string, entry?: ModelEntry): FileSet {
  const external = [`${weights}_data`, weights.replace(/\.onnx$/, ".onnx.data"), ...externalOf(entry, weights)];
  const optional = [...OPTIONAL_FILES, ...new Set(external)];
  const modules = files.filter((file) => MODULE_FILE.test(file));
  const shards = files.filter((file) => file.startsWith(`${weights}_data_`));
  return {
    present: [...REQUIRED_FILES, ...optional.filter((file) => files.includes(file)), ...modules, ...shards, weights],
    absent: optional.filter((file) => !files.includes(file)),
  };
}

function externalOf(entry: ModelEntry | undefined, weights: string): readonly string[] {
  return Object.values(entry?.files ?? {}).find((file) => file.path === weights)?.external ?? [];
}
