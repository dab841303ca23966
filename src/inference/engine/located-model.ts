import type { DownloadOptions } from "../../models/download.js";
import type { ModelEntry } from "../../models/types.js";
import type { FetchedFiles } from "../protocol.js";

/** A model whose files can be read. */
export interface LocatedModel {
  /** The name asked for. */
  name: string;
  /** Folder of this machine (Node), or address (browser). */
  folder: string;
  /** The ONNX file, relative to the folder. */
  file: string;
  /** Bytes of the ONNX file and of what is kept beside it. */
  bytes: number;
  /** What the registry knows of it. */
  entry: ModelEntry | undefined;
  /** Browsers: the files themselves. */
  fetched?: FetchedFiles;
  /** Text of one of its files. Rejects when it is not there. */
  readText(file: string): Promise<string>;
  /** Lets go of what is held in memory for it. */
  release?(): void;
}

/** How a model is found and, where it is not on this machine, fetched. */
export type LocateOptions = Pick<
  DownloadOptions,
  "dtype" | "revision" | "acceptLicense" | "cacheDir" | "onProgress" | "signal"
>;
