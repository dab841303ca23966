/** What the main thread and the worker threads say to each other. Everything here is structured-cloneable. */

import type { Directions } from "../kernel/max-sim.js";
import type { LateInteractionFormat, ModelHead, ModelKind, Pooling, PromptTemplate } from "../models/types.js";
import type { ScoredSpan, TextSpan } from "../text-span.js";
import type { WireError } from "./worker-fault.js";

/** Files of a model that a page has fetched, so that its workers need not request them again. */
export interface FetchedFiles {
  /** By path. */
  files: Readonly<Record<string, Blob>>;
  /** Base URL of further files, if there may be any. */
  others?: string | undefined;
}

/** What computes a model's outputs: a native library, or WebAssembly or WebGPU, which onnxruntime-web uses. */
export type RuntimeName = "native" | "wasm" | "webgpu";

/** Everything that a worker needs to load a model. */
export interface ModelSpec {
  /** The model's name for messages. */
  name: string;
  /** Folder (Node) or base URL (browser) of `tokenizer.json`, `config.json` and the ONNX file. */
  folder: string;
  /** The ONNX file, relative to the folder. */
  file: string;
  /** What the model is loaded as, which decides which output is read and how. */
  kind: ModelKind;
  /** Cross-encoders with two labels: the one that means "relevant", by name or index, if an option says so. */
  positiveLabel?: string | number | undefined;
  /** Cross-encoders: how the logit is read, if the registry says so; otherwise the model's files decide. */
  head?: ModelHead | undefined;
  /** Cross-encoders that read pairs in a prompt. By default, the prompt that the architecture was published with. */
  prompt?: PromptTemplate | undefined;
  /** Late interaction: how texts are framed, if the registry says so; otherwise the model's files decide. */
  format?: LateInteractionFormat | undefined;
  /** Threads per session. */
  threads: number;
  /** Browsers: the files. */
  fetched?: FetchedFiles | undefined;
  /** The runtime that an option names. By default, Node takes the native one, and WebAssembly where that does not load. */
  wanted?: "native" | "wasm" | undefined;
  /** Browsers: settings of the runtime. */
  runtime?: WebRuntime | undefined;
}

/** Settings of the ONNX runtime in a browser's worker. */
export interface WebRuntime {
  device: "wasm" | "webgpu";
  /** URL of the module to import, if no bundler has put it into the worker. */
  module?: string | undefined;
  /** URL of the folder with the `.wasm` files. By default they are next to the runtime's code. */
  wasmPaths?: string | undefined;
}

/** Where a model's files are. */
export type ModelLocation = Pick<ModelSpec, "folder" | "fetched">;

/** What a worker reports about a model that it has loaded. */
export interface ModelInfo {
  /** Maximum number of tokens per forward pass, special tokens included. */
  maxLength: number;
  /** Activation that the model's files name (cross-encoders). */
  activation?: "sigmoid" | "identity";
  /** The instruction in the prompt (cross-encoders that have one). */
  instruction?: string;
  /** Cross-encoders with a pruning head: parts whose probability is at least this are kept. */
  keepThreshold?: number;
  /** Milliseconds that loading took. */
  load: number;
  runtime: RuntimeName;
}

interface JobLimits {
  /** Maximum number of tokens per sequence, special tokens included. The model's limit applies in addition. */
  maxLength?: number | undefined;
  /** Maximum number of padded tokens per batch; a longer sequence gets a separate batch. `OnnxModel` fills it in. */
  batchTokens?: number | undefined;
}

/** What is done with documents that do not fit the model. */
export interface PassageOptions {
  longDocuments: "truncate" | "max-passage";
  /** Maximum number of document tokens per passage. */
  passageLength?: number | undefined;
  /** Share of a passage that the next one repeats. */
  passageOverlap?: number | undefined;
}

/** Scores texts against a query. Texts in parts are for models with a pruning head; from others they get no result. */
export interface PairJob extends JobLimits, PassageOptions {
  task: "pairs";
  query: string;
  /** Replaces the prompt's instruction. */
  instruction?: string | undefined;
}

/** Embeds texts. */
export interface VectorJob extends JobLimits {
  task: "vectors";
  /** Queries and documents may have different prefixes. */
  role: "query" | "document";
  /** Prepended to every text. By default, what the model's files name. */
  prefix?: string | undefined;
  /** By default, what the model's files or its architecture imply. */
  pooling?: Pooling | undefined;
  normalize: boolean;
}

/** Late interaction: encodes texts token by token, compares documents with a query, or both. */
export interface LateJob extends JobLimits, PassageOptions {
  task: "late";
  /** Queries and documents are framed differently. */
  role: "query" | "document";
  /** Prepended to every text, and to every passage of it. */
  prefix: string;
  /** Maximum number of tokens per text, within `maxLength`; replaces what the model's format says. */
  length?: number | undefined;
  /** What documents are compared with. Without it they are only encoded. */
  query?: TokenVectors | undefined;
  /** For texts in parts: the query's tokens that count, by index. @default all */
  queryRows?: readonly [from: number, to: number] | undefined;
  /**
   * Share of the similarity that is the cosine of the pooled vectors; the rest is MaxSim. Replaces what the model's format says. Above 0,
   * the model must have an output for whole texts.
   */
  pooledWeight?: number | undefined;
  /** Return the vectors of texts. */
  keep: boolean;
}

export type Job = PairJob | VectorJob | LateJob;

/** A text whose parts are scored one by one. */
export interface PartedText {
  text: string;
  /** In order, not overlapping. */
  parts: readonly TextSpan[];
  /** Late interaction, if the text was encoded before: in one piece, with the settings of the job. */
  vectors?: TokenVectors | undefined;
}

/** One input of a job: a text, one in parts, or, in late interaction, one that was encoded before. */
export type JobInput = string | TokenVectors | PartedText;

/** How a part of a text compares with the query. */
export interface PartResult {
  /** Like a text's, from the vectors of the part's tokens, and by half from those of the part before it too. The pooled vectors are the whole text's. */
  similarity: number;
  /** The best cosine of each token of the query; empty for a part without tokens. */
  cosines: Float32Array<ArrayBuffer>;
}

/** A part of a text with the mean probability to keep its tokens; 0 if none was read. */
export interface KeptPart extends ScoredSpan {
  /** Number of its tokens that were read. */
  tokens: number;
}

/** An encoded text in late interaction. */
export interface TokenVectors {
  /** Length of one vector. */
  dimension: number;
  /** The text in one piece, or its passages in their order in the text. */
  passages: readonly PassageVectors[];
  /** Part of the text was truncated. */
  truncated: boolean;
}

/** The vectors of a text's tokens, or of one passage of it. */
export interface PassageVectors {
  /** One vector per token. */
  values: Directions;
  /** The vector of the whole text; absent if pooled vectors are not compared. */
  pooled?: Directions;
  /** Absent if the text is in one piece. */
  span?: TextSpan;
}

/** The result for one text. */
export interface TextResult {
  /** Pair jobs: the logit, or for two-label heads logit(relevant) − logit(not relevant). */
  logit?: number;
  /** Vector jobs. */
  vector?: Float32Array;
  /** Vector jobs: number of tokens that went through the model, including the prefix and special tokens, without padding. */
  tokens?: number;
  /** Vector jobs: no prefix is known for the query, though the model seems to be trained with one. */
  lacksPrefix?: boolean;
  /**
   * Late jobs with a query: the mean, over the query's tokens, of the best cosine with a token of the text, mixed with the cosine of the
   * pooled vectors; −1 to 1.
   */
  similarity?: number;
  /** Late jobs with `keep`: the vectors of a text that came without. */
  vectors?: TokenVectors;
  /** Part of the text was truncated. */
  truncated: boolean;
  /** Pair jobs: part of the query was truncated. */
  queryTruncated?: boolean;
  /** Pair jobs, models with a pruning head: the parts or else the sentences of the text. */
  kept?: KeptPart[];
  /** The passage that the score comes from. */
  passage?: TextSpan;
  /** Late jobs: one per part, for a text in parts. Of a query in parts, `rows` alone. */
  parts?: PartResult[];
  /** For a text in parts: where each part's tokens are among the vectors. */
  rows?: (readonly [from: number, to: number])[];
}

/** Counts of one batch or several; they are added up. */
export interface JobStats {
  batches: number;
  /** Padded tokens. */
  tokens: number;
  /** Milliseconds. */
  tokenize: number;
  /** Milliseconds. */
  inference: number;
  /** Milliseconds that late interaction spent on texts whose vectors were cached. */
  compare: number;
}

export type ToWorker =
  | { type: "load"; spec: ModelSpec }
  | { type: "run"; id: number; job: Job; inputs: readonly JobInput[] }
  | { type: "cancel"; id: number }
  /** End after the current batch. A thread that is ended during native work takes the whole process with it. */
  | { type: "stop" };

export type FromWorker =
  | { type: "ready"; info: ModelInfo }
  | { type: "done"; id: number; results: TextResult[]; stats: JobStats }
  | { type: "cancelled"; id: number }
  /** Without an id: the model could not be loaded. */
  | { type: "failed"; id?: number; error: WireError };

/** A worker thread as the engine sees it, in Node and in browsers. */
export interface Thread {
  post(message: ToWorker): void;
  /** Whether the thread keeps the process alive. */
  hold(alive: boolean): void;
  terminate(): Promise<void>;
}
