import type { DownloadOptions } from "../../models/download-options.js";
import type { ModelEntry } from "../../models/types.js";
import type { FetchedFiles } from "../protocol.js";

/** A model whose files can be read. */
export interface LocatedModel {
  /** The name that was asked for. */
  name: string;
  /** Path of the folder (Node) or its URL (browser). */
  folder: string;
  /** The ONNX file, relative to the folder. */
  file: string;
  /** Bytes of the ONNX file and of weights in other files. */
  bytes: number;
  /** The model's registry entry, if it has one. */
  entry: ModelEntry | undefined;
  /** Browsers: the content of the files. */
  fetched?: FetchedFiles;
  /** Reads one of the model's files as text. Rejects if it does not exist. */
  readText(file: string): Promise<string>;
  /** Frees the memory that the files take. */
  release?(): void;
}

/** Options for finding and, if necessary, downloading a model. */
export type LocateOptions = Pick<
  DownloadOptions,
  "dtype" | "revision" | "acceptLicense" | "cacheDir" | "onProgress" | "signal"
>;
