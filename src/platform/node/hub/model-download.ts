import { join } from "node:path";
import { ModelNotFoundError } from "../../../errors.js";
import type { DownloadOptions, LocalModel } from "../../../models/download.js";
import { Progress } from "../../../models/download-progress.js";
import { REQUIRED_FILES, selectFiles } from "../../../models/file-set.js";
import { chooseWeights, noWeights, type WeightsFile } from "../../../models/precision.js";
import type { DType, ModelEntry, ModelFile } from "../../../models/types.js";
import { isFile, listFolder } from "../folder.js";
import { fetchBlob } from "./blob.js";
import { RepositoryCache } from "./cache.js";
import { offlineError, storageError } from "./faults.js";
import { withLock } from "./lock.js";
import { type FileMetadata, fileMetadata, listRepository, type RepositoryListing } from "./repository.js";
import type { HubSettings } from "./settings.js";

/** One call of {@link downloadModel}: the same subject in every step. */
export class ModelDownload {
  readonly #cache: RepositoryCache;

  constructor(
    readonly name: string,
    readonly repository: string,
    readonly revision: string,
    readonly dtype: DType,
    readonly entry: ModelEntry | undefined,
    readonly settings: HubSettings,
    readonly options: DownloadOptions,
  ) {
    this.#cache = new RepositoryCache(settings.cacheDir, repository);
  }

  /** The model if the cache holds all of it; no connection is opened. */
  async cached(): Promise<LocalModel | undefined> {
    const commit = isCommit(this.revision) ? this.revision : await this.#cache.readRef(this.revision);
    if (commit === undefined) return undefined;
    const files = await listFolder(this.#cache.snapshot(commit));
    const weights = this.#cachedWeights(files);
    if (!weights || !REQUIRED_FILES.every((file) => files.includes(file))) return undefined;
    // The marks of absent files are written last: with them the copy is known to be whole. Offline it has to do without.
    const { absent } = selectFiles(files, weights.path, this.entry);
    const whole = absent.every((file) => this.#cache.isKnownAbsent(commit, file));
    if (!whole && !this.settings.offline) return undefined;
    return this.#local(commit, weights);
  }

  #cachedWeights(files: readonly string[]): WeightsFile | undefined {
    const found = chooseWeights(files, this.dtype, this.entry);
    if (this.dtype !== "auto" || this.settings.offline) return found;
    // A better file that the registry knows of is not passed over because a worse one is there already.
    const known = [...files, ...Object.values(this.entry?.files ?? {}).map((file) => file.path)];
    return chooseWeights(known, "auto", this.entry)?.path === found?.path ? found : undefined;
  }

  /** Fetches what is missing. */
  async fetch(): Promise<LocalModel> {
    const { name, repository, revision, settings, entry } = this;
    const { signal } = this.options;
    if (settings.offline) throw offlineError(name, settings);
    const listing = await listRepository(settings, repository, revision, signal);
    const weights = chooseWeights(listing.files, this.dtype, entry);
    if (!weights) throw new ModelNotFoundError(name, noWeights(listing.files, this.dtype));
    const missing = REQUIRED_FILES.filter((file) => !listing.files.includes(file));
    if (missing.length > 0) {
      throw new ModelNotFoundError(
        name,
        `its repository has no ${missing.join(" and no ")}, so it cannot be run here.`,
      );
    }
    const { present, absent } = selectFiles(listing.files, weights.path, entry);
    try {
      await this.#fetchFiles(listing, present);
      for (const file of absent) await this.#cache.markAbsent(listing.commit, file);
      if (!isCommit(revision)) await this.#cache.writeRef(revision, listing.commit);
    } catch (error) {
      throw storageError(error, settings.cacheDir, { repository });
    }
    return this.#local(listing.commit, weights);
  }

  async #fetchFiles({ commit }: RepositoryListing, files: readonly string[]): Promise<void> {
    const { repository, settings } = this;
    const { signal } = this.options;
    const wanted = files.filter((file) => !this.#cache.has(commit, file));
    const metadata = await Promise.all(wanted.map((file) => fileMetadata(settings, repository, commit, file, signal)));
    const progress = new Progress(this.name, metadata, this.options.onProgress);
    for (const [index, file] of wanted.entries()) {
      await this.#fetchFile(commit, file, metadata[index]!, (bytes) => progress.update(index, file, bytes)).catch(
        (error) => {
          throw storageError(error, settings.cacheDir, { repository, file });
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
    const { repository, settings } = this;
    const { signal } = this.options;
    const blob = this.#cache.blob(metadata.etag);
    await withLock(join(this.#cache.locks, `${metadata.etag}.downloading`), signal, async () => {
      if (!(await isFile(blob))) {
        await fetchBlob({
          settings,
          subject: { repository, file },
          metadata,
          blob,
          pinned: this.#pinned(commit, file),
          signal,
          onBytes,
          refresh: () => fileMetadata(settings, repository, commit, file, signal),
        });
      }
      await this.#cache.place(metadata.etag, commit, file);
    });
    if (metadata.size !== undefined) onBytes(metadata.size);
  }

  /** Hash and size that the registry gives for a file; they hold for the pinned commit only. */
  #pinned(commit: string, file: string): ModelFile | undefined {
    const { entry } = this;
    if (!entry || (entry.revision !== undefined && entry.revision !== commit) || this.options.revision !== undefined)
      return undefined;
    return [...Object.values(entry.files), ...(entry.pinned ?? [])].find((candidate) => candidate.path === file);
  }

  #local(commit: string, weights: WeightsFile): LocalModel {
    const { name, entry } = this;
    return {
      name,
      entry,
      folder: this.#cache.snapshot(commit),
      file: weights.path,
      precision: weights.precision,
      commit,
    };
  }
}

function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}
