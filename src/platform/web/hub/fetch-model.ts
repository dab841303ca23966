import { DownloadError, ModelNotFoundError } from "../../../errors.js";
import { nearestModels } from "../../../models/find.js";
import { pinnedFile, planFiles, readListing } from "../../../models/repository-files.js";
import type { DType, ModelEntry } from "../../../models/types.js";
import { absolute, browserSettings } from "../browser-settings.js";
import { type FetchOptions, fetchFiles, fetchJson, type WebFile } from "./fetch-files.js";

/** A model of the hub, in memory. */
export interface HubModel {
  /** URL of its folder. */
  address: string;
  /** The ONNX file, relative to the folder. */
  file: string;
  /** Content by path. */
  files: Record<string, Blob>;
}

/** The model to fetch from the hub. */
export interface HubSubject {
  repository: string;
  /** Path of the ONNX file, if the caller named one. */
  file?: string | undefined;
  revision: string | undefined;
  dtype: DType;
  entry: ModelEntry | undefined;
}

/**
 * Fetches a public model of the Hugging Face hub into the page. The browser caches it for the next visit.
 *
 * @throws ModelNotFoundError when there is no such public repository, or it lacks a required file.
 * @throws DownloadError when the hub does not answer. ModelIntegrityError when a hash is wrong.
 */
export async function fetchFromHub(name: string, subject: HubSubject, options: FetchOptions): Promise<HubModel> {
  const { repository, revision, entry } = subject;
  const hub = absolute(browserSettings().hubUrl ?? "https://huggingface.co").href.replace(/\/+$/, "");
  const { commit, files } = await list(name, hub, repository, revision ?? entry?.revision ?? "main", options);
  const { weights, present } = planFiles(name, files, subject);
  const address = `${hub}/${repository}/resolve/${commit}/`;
  const wanted = present.map(
    (path): WebFile => ({
      path,
      url: address + path.split("/").map(encodeURIComponent).join("/"),
      sha256: pinnedFile(entry, { path, commit, revision })?.sha256,
    }),
  );
  return { address, file: weights.path, files: await fetchFiles(name, wanted, { ...options, keep: true }) };
}

async function list(name: string, hub: string, repository: string, revision: string, options: FetchOptions) {
  const url = `${hub}/api/models/${repository}/revision/${encodeURIComponent(revision)}`;
  const answer = await fetchJson(name, url, { ...options, keep: true }).catch((error: unknown) => {
    const status = error instanceof DownloadError ? error.status : undefined;
    if (status === 401 || status === 403) return undefined;
    throw error;
  });
  if (answer === undefined) {
    const problem = `${hub} has no public repository of this name; a page cannot read private or gated ones.`;
    throw new ModelNotFoundError(name, problem, { suggestions: nearestModels(name) });
  }
  const listing = readListing(answer);
  if (listing) return listing;
  const problem = `${hub} is not a Hugging Face hub: its response has no commit and files. Check \`hubUrl\`.`;
  throw new DownloadError(name, problem);
}
