import type { HubOptions } from "../platform/node/hub/settings.js";
import type { DownloadProgress } from "./download-progress.js";
import type { DType, ModelEntry, Precision } from "./types.js";

/** Options of `downloadModel`. */
export interface DownloadOptions extends HubOptions {
  /**
   * Precision of the weights. `auto` is the one that this machine runs fastest without a known loss of quality.
   * @default "auto"
   */
  dtype?: DType | undefined;
  /**
   * Branch, tag or commit.
   * @default the commit that the registry pins, else `main`
   */
  revision?: string | undefined;
  /**
   * Confirms that you may use a model whose license forbids commercial use.
   * @default false
   */
  acceptLicense?: boolean | undefined;
  /**
   * Asks the hub for a newer commit of a branch even if the cache holds a complete copy.
   * @default false
   */
  update?: boolean | undefined;
  /** Called often while bytes arrive, never if there is nothing to download. */
  onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Stops the download. What has arrived is kept for the next attempt. */
  signal?: AbortSignal | undefined;
}

/** A model whose files are on this machine. */
export interface LocalModel {
  /** The name that was asked for. */
  name: string;
  /** The model's registry entry, if it has one. */
  entry: ModelEntry | undefined;
  /** Folder with `config.json`, `tokenizer.json` and the weights. */
  folder: string;
  /** The ONNX file, relative to the folder. */
  file: string;
  /** Precision of the weights in that file. */
  precision: Precision;
  /** Commit of the files. */
  commit?: string;
}
