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
import {
  externalFiles,
  LFS_POINTER_BYTES,
  parseRepository,
  REQUIRED_FILES,
  rejectLfsPointer,
} from "../../models/repository-files.js";
import type { DType, ModelEntry } from "../../models/types.js";
import { absolute, absoluteFolder, modelsFolder } from "./browser-settings.js";
import { exists, type FetchOptions, fetchFiles, type WebFile } from "./hub/fetch-files.js";
import { fetchFromHub, type HubModel } from "./hub/fetch-model.js";
import { SharedDownloads } from "./shared-downloads.js";

/** A model in the page's memory. */
interface FetchedModel extends HubModel {
  /** Other files may exist below the address. */
  open?: boolean;
}

type Fetch = (options: FetchOptions) => Promise<FetchedModel>;

/** Files with fewer bytes than this may have their weights in another file. */
const SMALLEST_COMPLETE = 1e6;

const downloads = new SharedDownloads<FetchedModel>();

/**
 * Fetches the files of a model, which is a bundled one; the URL of a folder (`https://…/folder/`, `./folder/`, `/folder/`) or of an ONNX
 * file in it; or a repository of the hub. Instances with the same model share its files.
 *
 * @throws BackendError when the runtime has no Web Workers. InvalidOptionError when `cacheDir` is set.
 * @throws ModelLicenseError when the license forbids commercial use and `acceptLicense` is not set.
 * @throws ModelNotFoundError when there is no such model. ModelIntegrityError when a file is missing or wrong.
 * @throws DownloadError when a server does not answer.
 */
export async function locateModel(name: string, options: LocateOptions = {}): Promise<LocatedModel> {
  const { dtype = "auto", revision, acceptLicense = false, cacheDir, onProgress, signal } = options;
  if (typeof Worker === "undefined") {
    const problem = "this runtime has no Web Workers, which models run in. Use `HttpCrossEncoder` and a server.";
    throw new BackendError("onnx worker", problem);
  }
  if (cacheDir !== undefined) {
    const sentence = "`cacheDir` is not supported in browsers: the browser manages the cache.";
    throw InvalidOptionError.because("cacheDir", cacheDir, sentence);
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
    if (!blob) throw new Error(`There is no file ${path}.`);
    return blob.text();
  };
  return { name, folder: address, file, bytes, entry, fetched: { files, others }, readText, release };
}

function chooseSource(name: string, entry: ModelEntry | undefined, dtype: DType, revision: string | undefined): Fetch {
  if (entry?.bundled || entry?.package) return (options) => fetchInstalled(entry, options);
  if (!entry && looksLikeAddress(name)) return (options) => fetchFolder(name, dtype, options);
  const source = entry?.repository ? { repository: entry.repository } : parseRepository(name);
  if (!source) {
    const problem =
      "it is neither a registered model nor the URL of a folder (with a slash at its end) nor a repository `owner/name` of the hub. `listModels()` shows the registered ones.";
    throw new ModelNotFoundError(name, problem, { suggestions: nearestModels(name) });
  }
  return (options) => fetchFromHub(name, { ...source, revision, dtype, entry }, options);
}

function looksLikeAddress(name: string): boolean {
  return /^(https?:|\.{0,2}\/)/.test(name) || name.endsWith("/");
}

async function fetchInstalled(entry: ModelEntry, options: FetchOptions): Promise<FetchedModel> {
  const base = modelsFolder();
  const urls = entry.bundled ? bundledModelUrls(entry.name, base) : packagedModelUrls(entry.name, base);
  const wanted = Object.entries(urls).map(([path, url]) => ({ path, url }));
  const file = Object.values(entry.files)[0]!.path;
  const files = await fetchFiles(entry.name, wanted, options).catch((error: unknown) => {
    if (!(error instanceof ModelNotFoundError)) throw error;
    const advice = entry.bundled
      ? "Bundled models are in the package's folder `models`: serve a copy of it, and pass its URL to `configureBrowser({ modelsUrl })`."
      : `Its files are in the npm package ${entry.package}: serve a copy of it as the folder \`${entry.name}\` below \`configureBrowser({ modelsUrl })\`.`;
    throw new ModelNotFoundError(entry.name, `${error.message} ${advice}`, { cause: error });
  });
  return { address: urls[file]!, file, files };
}

async function fetchFolder(name: string, dtype: DType, options: FetchOptions): Promise<FetchedModel> {
  const { signal } = options;
  const named = absolute(name).pathname.endsWith(".onnx");
  const folder = named ? await folderOf(name, signal) : absoluteFolder(name).href;
  // The small files come first: they show that there is no such folder before the search for weights.
  const required = REQUIRED_FILES.map((file) => at(folder, file));
  const files = await fetchFiles(name, required, signal ? { signal } : {});
  const candidates = named ? [absolute(name).href.slice(folder.length)] : wantedWeights(dtype).map(({ path }) => path);
  for (const path of candidates) {
    const weights = at(folder, path);
    if (!(await exists(name, weights.url, signal))) continue;
    Object.assign(files, await fetchFiles(name, [weights], options));
    const external = at(folder, `${path}_data`);
    if (files[path]!.size < SMALLEST_COMPLETE && (await exists(name, external.url, signal)))
      Object.assign(files, await fetchFiles(name, [external], options));
    await rejectPointers(name, files);
    return { address: folder, file: path, files, open: true };
  }
  throw new ModelIntegrityError(name, noWeights([], dtype), { file: folder });
}

/** The folder of an ONNX file: its own or, as in `onnx/model.onnx`, the one above, whichever has the configuration. */
async function folderOf(file: string, signal: AbortSignal | undefined): Promise<string> {
  const own = new URL(".", absolute(file)).href;
  const above = new URL("..", absolute(file)).href;
  return (await exists(file, new URL("config.json", own).href, signal)) ? own : above;
}

async function rejectPointers(name: string, files: Readonly<Record<string, Blob>>): Promise<void> {
  for (const [path, blob] of Object.entries(files)) {
    if (blob.size < LFS_POINTER_BYTES) rejectLfsPointer(name, path, await blob.text());
  }
}

function at(folder: string, path: string): WebFile {
  return { path, url: new URL(path, folder).href };
}

function isWeights(path: string, file: string): boolean {
  return path === file || path.startsWith(`${file}_data`) || externalFiles(file).includes(path);
}
