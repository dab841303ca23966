import { InvalidOptionError, ModelLicenseError, ModelNotFoundError } from "../errors.js";
import { abortSignal, type Checks, checkOptions, expecting, flag, functionFor, oneOf, text } from "../options.js";
import { ModelDownload } from "../platform/node/hub/model-download.js";
import { hubSettings } from "../platform/node/hub/settings.js";
import type { DownloadOptions, LocalModel } from "./download-options.js";
import { findModel, nearestModels } from "./find.js";
import { DTYPES } from "./precision.js";
import { parseRepository } from "./repository-files.js";
import type { ModelEntry } from "./types.js";

const CHECKS = {
  dtype: oneOf(DTYPES),
  revision: text,
  acceptLicense: flag,
  update: flag,
  onProgress: functionFor("a function that takes the download's progress"),
  signal: abortSignal,
  cacheDir: text,
  endpoint: text,
  token: expecting("an access token", (value) => typeof value === "string"),
  offline: flag,
} satisfies Checks<Required<DownloadOptions>>;

/**
 * Downloads a model of the Hugging Face hub into the cache that all Hugging Face tools share, unless it is there already. An interrupted
 * download is resumed. Every file is checked against the hash that the hub announces and, where there is one, the hash in the registry.
 *
 * @param name A registered model, or any repository with `tokenizer.json`, `config.json` and an ONNX file. To choose among several ONNX
 *   files, append the path of one: `owner/name/onnx/model_O3.onnx`.
 * @throws InvalidOptionError when an option is unknown or invalid, or the model is not downloaded but bundled or an npm package.
 * @throws ModelNotFoundError when there is no such repository, or it lacks a required file.
 * @throws ModelLicenseError when the license forbids commercial use and `acceptLicense` is not set.
 * @throws ModelIntegrityError when a file does not have the announced size or hash.
 * @throws DownloadError when the hub cannot be reached, refuses access, or the file cannot be stored.
 * @example
 * const { folder } = await downloadModel("Xenova/ms-marco-MiniLM-L-6-v2", {
 *   onProgress: ({ bytes, total }) => console.error(`${Math.round((100 * bytes) / total)}%`),
 * });
 */
export async function downloadModel(name: string, options: DownloadOptions = {}): Promise<LocalModel> {
  checkOptions(options, CHECKS, "downloadModel");
  const { dtype = "auto", acceptLicense = false, signal } = options;
  signal?.throwIfAborted();
  const entry = findModel(name);
  if (entry && !entry.commercial && !acceptLicense) throw new ModelLicenseError(name, entry.license);
  const source = repositoryOf(name, entry);
  if (source.file !== undefined && dtype !== "auto") throw dtypeAndFile(name, dtype);
  const settings = await hubSettings(options);
  const revision = options.revision ?? entry?.revision ?? "main";
  const download = new ModelDownload({ name, ...source, revision, dtype, entry }, settings, options);
  return (options.update ? undefined : await download.cached()) ?? (await download.fetch());
}

/** The path already names the weights, so a precision would have no effect. */
export function dtypeAndFile(name: string, dtype: string): InvalidOptionError {
  return InvalidOptionError.because(
    "dtype",
    dtype,
    `\`dtype\` has no effect because "${name}" names an ONNX file. Leave it out.`,
  );
}

function repositoryOf(name: string, entry: ModelEntry | undefined): { repository: string; file?: string | undefined } {
  if (entry?.repository) return { repository: entry.repository };
  if (entry) {
    const source = entry.package ? `is installed with npm install ${entry.package}` : "ships with the package";
    throw InvalidOptionError.because("name", name, `There is nothing to download: the model "${name}" ${source}.`);
  }
  const parsed = parseRepository(name);
  if (parsed) return parsed;
  if (/^https?:/i.test(name)) {
    const problem =
      "it is an address. For a rerank server, name the provider, as in `tei:` with the address in TEI_BASE_URL.";
    throw new ModelNotFoundError(name, problem);
  }
  const problem =
    "it is neither a registered model nor a local folder nor a repository `owner/name` of the hub. `listModels()` and " +
    "`npx langchain-rerank models list` show the registered ones; a provider's model is `provider:model`, as in `cohere:rerank-v3.5`.";
  throw new ModelNotFoundError(name, problem, { suggestions: nearestModels(name) });
}
