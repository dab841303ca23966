import { join } from "node:path";
import type { DownloadOptions, LocalModel } from "../../../models/download-options.js";
import { Progress } from "../../../models/download-progress.js";
import { chooseWeights, type WeightsFile } from "../../../models/precision.js";
import {
  pinnedFile,
  planFiles,
  REQUIRED_FILES,
  type RepositoryListing,
  selectFiles,
} from "../../../models/repository-files.js";
import type { DType, ModelEntry } from "../../../models/types.js";
import { isFile, listFolder } from "../folder.js";
import { fetchBlob } from "./blob.js";
import { RepositoryCache } from "./cache.js";
import { offlineError, storageError } from "./faults.js";
import { withLock } from "./lock.js";
import { type FileMetadata, fileMetadata, listRepository } from "./repository.js";
import type { HubSettings } from "./settings.js";

/** The model to download. */
export interface DownloadSubject {
  /** The model's name, for the result and for errors. */
  name: string;
  repository: string;
  /** Path of the ONNX file, if the caller named one. */
  file?: string | undefined;
  revision: string;
  dtype: DType;
  entry: ModelEntry | undefined;
}

/** One download of a model. */
export class ModelDownload {
  readonly #subject: DownloadSubject;
  readonly #settings: HubSettings;
  readonly #options: DownloadOptions;
  readonly #cache: RepositoryCache;

  constructor(subject: DownloadSubject, settings: HubSettings, options: DownloadOptions) {
    this.#subject = subject;
    this.#settings = settings;
    this.#options = options;
    this.#cache = new RepositoryCache(settings.cacheDir, subject.repository);
  }

  /** The model, if the cache holds all of it. Opens no connection. */
  async cached(): Promise<LocalModel | undefined> {
    const { revision, entry } = this.#subject;
    const commit = isCommit(revision) ? revision : await this.#cache.readRef(revision);
    if (commit === undefined) return undefined;
    const files = await listFolder(this.#cache.snapshot(commit));
    const weights = this.#cachedWeights(files);
    if (!weights || !REQUIRED_FILES.every((file) => files.includes(file))) return undefined;
    // Markers of absent files are written last, so they prove that the copy is complete. Offline, that cannot be ensured.
    const { absent } = selectFiles(files, weights.path, entry);
    const complete = absent.every((file) => this.#cache.isKnownAbsent(commit, file));
    if (!complete && !this.#settings.offline) return undefined;
    return this.#local(commit, weights);
  }

  #cachedWeights(files: readonly string[]): WeightsFile | undefined {
    const { dtype, entry, file } = this.#subject;
    const found = chooseWeights(files, dtype, entry, { file });
    if (dtype !== "auto" || file !== undefined || this.#settings.offline) return found;
    // If the registry knows a better file, a worse one in the cache does not stop the download.
    const known = [...files, ...Object.values(entry?.files ?? {}).map(({ path }) => path)];
    return chooseWeights(known, "auto", entry)?.path === found?.path ? found : undefined;
  }

  /** Downloads the missing files. */
  async fetch(): Promise<LocalModel> {
    const { name, repository, revision } = this.#subject;
    const { cacheDir, offline } = this.#settings;
    if (offline) throw offlineError(name, this.#settings);
    const listing = await listRepository(this.#settings, repository, revision, this.#options.signal);
    const { weights, present, absent } = planFiles(name, listing.files, this.#subject);
    try {
      await this.#fetchFiles(listing, present);
      for (const file of absent) await this.#cache.markAbsent(listing.commit, file);
      if (!isCommit(revision)) await this.#cache.writeRef(revision, listing.commit);
    } catch (error) {
      throw storageError(error, cacheDir, { repository });
    }
    return this.#local(listing.commit, weights);
  }

  async #fetchFiles({ commit }: RepositoryListing, files: readonly string[]): Promise<void> {
    const { name, repository } = this.#subject;
    const { signal, onProgress } = this.#options;
    const wanted = files.filter((file) => !this.#cache.has(commit, file));
    const metadata = await Promise.all(
      wanted.map((file) => fileMetadata(this.#settings, repository, commit, file, signal)),
    );
    const progress = new Progress(name, metadata, onProgress);
    for (const [index, file] of wanted.entries()) {
      await this.#fetchFile(commit, file, metadata[index]!, (bytes) => progress.update(index, file, bytes)).catch(
        (error) => {
          throw storageError(error, this.#settings.cacheDir, { repository, file });
        },
      );
    }
  }

  async #fetchFile(
    commit: string,
    file: string,
    metadata: FileMetadata,
    onBytes: (bytes: number) => void,
  ): Promise<void> {
    const { repository, entry } = this.#subject;
    const settings = this.#settings;
    const { signal, revision } = this.#options;
    const blob = this.#cache.blob(metadata.etag);
    await withLock(join(this.#cache.locks, `${metadata.etag}.downloading`), signal, async () => {
      if (!(await isFile(blob))) {
        await fetchBlob({
          settings,
          subject: { repository, file },
          metadata,
          blob,
          pinned: pinnedFile(entry, { path: file, commit, revision }),
          signal,
          onBytes,
          refresh: () => fileMetadata(settings, repository, commit, file, signal),
        });
      }
      await this.#cache.link(metadata.etag, commit, file);
    });
    if (metadata.size !== undefined) onBytes(metadata.size);
  }

  #local(commit: string, weights: WeightsFile): LocalModel {
    const { name, entry } = this.#subject;
    const folder = this.#cache.snapshot(commit);
    return { name, entry, folder, file: weights.path, precision: weights.precision, commit };
  }
}

function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}
