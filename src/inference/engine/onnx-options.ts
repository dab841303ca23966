import { CAN_RUN_HERE } from "#platform/thread.js";
import type { DownloadProgress } from "../../models/download-progress.js";
import type { DType } from "../../models/types.js";
import {
  type Checks,
  expecting,
  flag,
  functionFor,
  integer,
  number,
  oneOf,
  positiveInteger,
  text,
} from "../../options.js";

/** Options of everything that runs a model on the ONNX engine. */
export interface OnnxOptions {
  /**
   * Name of a bundled or registered model, a repository of the Hugging Face Hub, or a local folder that holds an ONNX file,
   * `tokenizer.json` and `config.json`. A model that is not on this machine is downloaded on first use.
   */
  model?: string | undefined;
  /**
   * Which of the model's files to run: full precision or quantized.
   * @default "auto": for registered models, the fastest file on this machine without a known loss of quality; otherwise full precision
   * if the model has such a file
   */
  dtype?: DType | undefined;
  /** Branch, tag or commit of the Hub repository. @default the commit that the registry pins, or "main" */
  revision?: string | undefined;
  /** Confirms that you may use a model whose license forbids commercial use. @default false */
  acceptLicense?: boolean | undefined;
  /** Folder for downloads. @default the cache that all Hugging Face tools share (`HF_HUB_CACHE`, `HF_HOME`) */
  cacheDir?: string | undefined;
  /** Called while the model is downloaded. */
  onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Maximum number of tokens per sequence, special tokens included; at least 8. @default the model's limit */
  maxLength?: number | undefined;
  /** Threads per session. @default 1 for models under 100 MB, otherwise the number of cores */
  threads?: number | undefined;
  /**
   * Number of sessions, each in its own worker thread. `false` (not in browsers) runs one session on the calling thread and blocks it
   * meanwhile: less overhead for a process that does nothing else.
   * @default the number of cores (at most 4) for models under 100 MB, otherwise 1
   */
  workers?: number | false | undefined;
  /**
   * Maximum number of padded tokens per batch. Small batches are fast because their activations stay in the core's cache. It also bounds
   * memory.
   * @default 512; for 8-bit files 1, which means one text per batch: their activations are scaled over the whole batch, so that a text's
   * score would depend on the other texts
   */
  batchTokens?: number | undefined;
  /**
   * What runs the model: the native library of onnxruntime-node, or WebAssembly (onnxruntime-web), which runs on every system, takes about
   * three times as long and ignores `threads`. Reports say which one ran.
   * @default "native"; "wasm" where the native library does not load and onnxruntime-web is installed, and in browsers
   */
  runtime?: "native" | "wasm" | undefined;
  /** Milliseconds without work after which the model's memory is freed; the next call loads it again. @default 0 (never) */
  idleTimeout?: number | undefined;
}

/** Checks of {@link OnnxOptions}. */
export const ONNX_CHECKS: Checks<OnnxOptions> = {
  model: text,
  dtype: oneOf(["auto", "fp32", "fp16", "q8", "q4"]),
  revision: text,
  acceptLicense: flag,
  cacheDir: text,
  onProgress: functionFor("a function that takes the download's progress"),
  maxLength: integer(8),
  threads: positiveInteger,
  workers: CAN_RUN_HERE
    ? expecting(
        "a positive integer, or false",
        (value) => value === false || (Number.isInteger(value) && Number(value) > 0),
      )
    : positiveInteger,
  batchTokens: positiveInteger,
  runtime: oneOf(["native", "wasm"]),
  idleTimeout: number(0, 2 ** 31 - 1),
};

/** Checks of the options for long documents, of models that score. */
export const PASSAGE_CHECKS = {
  longDocuments: oneOf(["truncate", "max-passage"]),
  passageLength: integer(8),
  passageOverlap: number(0, 0.9),
};
