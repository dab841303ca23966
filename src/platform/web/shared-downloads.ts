import { SharedTask } from "../../abort.js";
import type { DownloadProgress } from "../../models/download-progress.js";
import type { FetchOptions } from "./hub/fetch-files.js";

interface Download<T> {
  task: SharedTask<T>;
  users: number;
  listeners: Set<(progress: DownloadProgress) => void>;
}

/** Downloads by key. Callers that ask for the same one while another caller holds it share it. */
export class SharedDownloads<T> {
  readonly #downloads = new Map<string, Download<T>>();

  /** Waits for a download, starting it if necessary. The last call of `release` frees the result. */
  async join(
    key: string,
    start: (options: FetchOptions) => Promise<T>,
    { onProgress, signal }: FetchOptions,
  ): Promise<{ result: T; release: () => void }> {
    let download = this.#downloads.get(key);
    if (!download || download.task.abandoned) {
      const listeners: Download<T>["listeners"] = new Set();
      const report = (progress: DownloadProgress) => {
        for (const listener of listeners) listener(progress);
      };
      const task = new SharedTask<T>((stop) => start({ onProgress: report, signal: stop }));
      download = { task, users: 0, listeners };
      this.#downloads.set(key, download);
    }
    const own = download;
    if (onProgress) own.listeners.add(onProgress);
    own.users += 1;
    const release = () => {
      own.users -= 1;
      if (own.users === 0 && this.#downloads.get(key) === own) this.#downloads.delete(key);
    };
    try {
      return { result: await own.task.join(signal), release };
    } catch (error) {
      release();
      throw error;
    } finally {
      if (onProgress) own.listeners.delete(onProgress);
    }
  }
}
