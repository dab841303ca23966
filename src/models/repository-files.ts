import { ModelIntegrityError, ModelNotFoundError } from "../errors.js";
import { chooseWeights, noWeights, type WeightsFile } from "./precision.js";
import type { DType, ModelEntry, ModelFile } from "./types.js";

/** A repository of the hub at one commit. */
export interface RepositoryListing {
  commit: string;
  files: readonly string[];
}

/** The files of a repository that a model needs. */
export interface FilePlan {
  weights: WeightsFile;
  /** Paths to fetch, weights included. */
  present: string[];
  /** Optional files that the repository does not have. */
  absent: string[];
}

/** No model runs without these. */
export const REQUIRED_FILES = ["config.json", "tokenizer.json"] as const;

/** Read if they exist. */
const OPTIONAL_FILES = [
  "tokenizer_config.json",
  "special_tokens_map.json",
  "modules.json",
  "sentence_bert_config.json",
  "config_sentence_transformers.json",
  "artifact.metadata",
] as const;

/** Files of a sentence-transformers module: pooling, dense layers and layer norms after the graph. */
const MODULE_FILE = /^\d+_\w+\/(config\.json|model\.safetensors)$/;

/** A repository, optionally followed by the path of an ONNX file in it: `owner/name`, `owner/name/onnx/model_O3.onnx`. */
const REPOSITORY = /^([\w.-]+\/[\w.-]+)(?:\/([\w./-]+\.onnx))?$/;

/** Splits the name of a repository and of an ONNX file in it. Returns `undefined` for anything else. */
export function parseRepository(name: string): { repository: string; file: string | undefined } | undefined {
  const [, repository, file] = REPOSITORY.exec(name) ?? [];
  return repository === undefined || (file !== undefined && !isSafePath(file)) ? undefined : { repository, file };
}

/** Reads the hub's answer about a repository. Returns `undefined` if it does not come from a Hugging Face hub. */
export function readListing(answer: unknown): RepositoryListing | undefined {
  const { sha, siblings } = (answer ?? {}) as { sha?: unknown; siblings?: { rfilename?: unknown }[] };
  if (typeof sha !== "string" || !/^[0-9a-f]{40}$/.test(sha) || !Array.isArray(siblings)) return undefined;
  return { commit: sha, files: siblings.map(({ rfilename }) => rfilename).filter(isSafePath) };
}

/** True if a path stays inside its folder on every platform. */
function isSafePath(path: unknown): path is string {
  return (
    typeof path === "string" &&
    /^[^\\:\0]+$/.test(path) &&
    path.split("/").every((part) => part !== "" && part !== "." && part !== "..")
  );
}

/**
 * Chooses the files to fetch from a repository.
 *
 * @param name The model's name, for errors.
 * @param file Path of the ONNX file, if the caller named one.
 * @throws ModelNotFoundError when the repository lacks the weights, the tokenizer or the configuration.
 */
export function planFiles(
  name: string,
  files: readonly string[],
  { dtype, entry, file }: { dtype: DType; entry: ModelEntry | undefined; file?: string | undefined },
): FilePlan {
  const weights = chooseWeights(files, dtype, entry, { file });
  if (!weights) throw new ModelNotFoundError(name, noWeights(files, dtype, file));
  const missing = missingFiles(files);
  if (missing !== undefined) throw new ModelNotFoundError(name, missing);
  return { weights, ...selectFiles(files, weights.path, entry) };
}

/** Says which required files are missing and how to get them. Returns `undefined` if none is. */
export function missingFiles(files: readonly string[]): string | undefined {
  const [first, ...others] = REQUIRED_FILES.filter((file) => !files.includes(file));
  if (first === undefined) return undefined;
  if (others.length > 0) {
    return `there is no ${[first, ...others].join(" and no ")}, so the model cannot run here. Export it with optimum-cli, which writes both.`;
  }
  if (first === "config.json") {
    return "there is no config.json. Copy that file from the repository that the model was exported from.";
  }
  const slow = files.find((file) =>
    /^(vocab\.txt|vocab\.json|sentencepiece\.bpe\.model|spiece\.model|spm\.model|tokenizer\.model)$/.test(file),
  );
  const reason = slow ? `only ${slow}, from which transformers can make one` : "which holds the tokenizer";
  return (
    `there is no tokenizer.json, ${reason}. Create the file with Python's transformers: ` +
    'AutoTokenizer.from_pretrained("<model or folder>").save_pretrained("<folder>"), and put it next to config.json.'
  );
}

/** Splits the files of a model into those that exist and those that would have been read. */
export function selectFiles(files: readonly string[], weights: string, entry?: ModelEntry): Omit<FilePlan, "weights"> {
  const optional = [...OPTIONAL_FILES, ...externalFiles(weights, entry)];
  const modules = files.filter((file) => MODULE_FILE.test(file));
  const shards = files.filter((file) => file.startsWith(`${weights}_data_`));
  return {
    present: [...REQUIRED_FILES, ...optional.filter((file) => files.includes(file)), ...modules, ...shards, weights],
    absent: optional.filter((file) => !files.includes(file)),
  };
}

/** Where the weights may be if the graph does not hold them. */
export function externalFiles(weights: string, entry?: ModelEntry): string[] {
  const named = Object.values(entry?.files ?? {}).find((file) => file.path === weights)?.external ?? [];
  return [...new Set([`${weights}_data`, weights.replace(/\.onnx$/, ".onnx.data"), ...named])];
}

/**
 * The size and hash that the registry pins for a file. They hold for the registered revision only.
 *
 * @param revision The revision that the caller asked for, if any.
 */
export function pinnedFile(
  entry: ModelEntry | undefined,
  { path, commit, revision }: { path: string; commit: string; revision: string | undefined },
): ModelFile | undefined {
  if (!entry || (entry.revision !== undefined ? entry.revision !== commit : revision !== undefined)) return undefined;
  const file = [...Object.values(entry.files), ...(entry.pinned ?? [])].find((candidate) => candidate.path === path);
  // The registered size includes the external files.
  return file?.external ? { path, ...(file.sha256 && { sha256: file.sha256 }) } : file;
}

/** Git LFS pointers are shorter than this (https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md). */
export const LFS_POINTER_BYTES = 1024;

/**
 * Rejects a Git LFS pointer: a small text file that a clone without Git LFS contains in place of the real file.
 *
 * @param content The file's first bytes or its text.
 * @throws ModelIntegrityError when the content is a pointer.
 */
export function rejectLfsPointer(model: string, file: string, content: string | Uint8Array): void {
  const text = typeof content === "string" ? content : new TextDecoder().decode(content.subarray(0, LFS_POINTER_BYTES));
  if (!text.startsWith("version https://git-lfs.github.com/spec/")) return;
  const size = /^size (\d+)$/m.exec(text)?.[1];
  const problem =
    `it is a Git LFS pointer, not the file itself${size ? ` (${size} bytes)` : ""}. ` +
    "Run `git lfs install` once, and then `git lfs pull` in the repository that you cloned.";
  throw new ModelIntegrityError(model, problem, { file });
}
