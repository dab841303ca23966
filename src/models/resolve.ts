import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ModelNotFoundError } from "../errors.js";
import { type DownloadOptions, downloadModel, type LocalModel, listFolder } from "./download.js";
import { defaultModel, findModel } from "./find.js";
import { chooseWeights } from "./precision.js";
import type { ModelEntry } from "./types.js";

/**
 * Finds a model's files whatever names it: nothing (the bundled default), a bundled name, a local folder, or a repository of the hub, which
 * is downloaded on first use.
 *
 * A name that is also a folder means the folder when it says so itself (`./name`, `/name`, `~`, a drive letter) or is no registered name.
 *
 * @throws ModelNotFoundError, ModelLicenseError, DownloadError, ModelIntegrityError, InvalidOptionError
 */
export async function resolveModel(name: string | undefined, options: DownloadOptions = {}): Promise<LocalModel> {
  const entry = name === undefined ? defaultModel() : findModel(name);
  if (entry?.bundled !== undefined) return bundledModel(entry, options);
  if (name !== undefined && (looksLikePath(name) || (!entry && isFolder(name)))) return folderModel(name, options);
  return downloadModel(name!, options);
}

async function bundledModel(entry: ModelEntry, { dtype = "auto" }: DownloadOptions): Promise<LocalModel> {
  const folder = bundledFolder(entry.bundled!);
  const files = await listFolder(folder);
  const { path, precision } = chooseWeights(entry.name, files, dtype, entry);
  return { name: entry.name, entry, folder, file: path, precision };
}

async function folderModel(name: string, { dtype = "auto" }: DownloadOptions): Promise<LocalModel> {
  if (!isFolder(name)) throw new ModelNotFoundError(name, "there is no such folder.");
  const files = await listFolder(name);
  const only = files.filter((file) => file.endsWith(".onnx"));
  // A folder with a single ONNX file, whatever its name, leaves nothing to choose.
  if (only.length === 1 && dtype === "auto")
    return { name, entry: undefined, folder: name, file: only[0]!, precision: "fp32" };
  const { path, precision } = chooseWeights(name, files, dtype);
  return { name, entry: undefined, folder: name, file: path, precision };
}

/** The package's own `models/` folder, from the built file in `dist/` as from the source. */
function bundledFolder(name: string): string {
  for (const up of ["../models/", "../../models/", "../../../models/"]) {
    const folder = fileURLToPath(new URL(`${up}${name}/`, import.meta.url));
    if (existsSync(folder)) return folder;
  }
  throw new ModelNotFoundError(
    name,
    "it ships with the package, but its folder is missing. Install the package again.",
  );
}

function looksLikePath(name: string): boolean {
  return /^(\.{1,2}([/\\]|$)|[/\\~]|[A-Za-z]:[/\\])/.test(name);
}

function isFolder(name: string): boolean {
  return statSync(name, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
