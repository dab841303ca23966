import type { LateInteractionFormat, ModelHead, ModelKind, Pooling, PromptTemplate } from "../models/types.js";
import type { TextSpan } from "../text-span.js";

/** Files of a model that a page fetched for its workers, which read them without asking the network again. */
export interface FetchedFiles {
  /** By path. */
  files: Readonly<Record<string, Blob>>;
  /** Address below which other files may lie; absent where there are no others. */
  others?: string | undefined;
}

/** Everything a worker needs to load a model. Structured-cloneable. */
export interface ModelSpec {
  /** Name for messages. */
  name: string;
  /** Folder (Node) or base URL (browser) that holds `tokenizer.json`, `config.json` and the ONNX file. */
  folder: string;
  /** The ONNX file, relative to the folder. */
  file: string;
  /** What the model is loaded as, which decides which output is read and how. */
  kind: ModelKind;
  /** Cross-encoders: how the logit is read, where the registry says so. Else the model's own files say it. */
  head?: ModelHead | undefined;
  /** Cross-encoders that read pairs in a prompt. Default: what the model's architecture was published with. */
  prompt?: PromptTemplate | undefined;
  /** Late interaction: how texts are framed, where the registry says so. Else the model's own files say it. */
  format?: LateInteractionFormat | undefined;
  /** Threads inside one session. */
  threads: number;
  /** Browsers: where the files are. */
  fetched?: FetchedFiles | undefined;
  /** Browsers: what the runtime is told. */
  runtime?: WebRuntime | undefined;
}

/** What a browser's worker is told of the runtime. */
export interface WebRuntime {
  /** Which processor runs the model. */
  device: "wasm" | "webgpu";
  /** Address of the module to import, where no bundler put it into the worker. */
  module?: string | undefined;
  /** Address of the folder with the `.wasm` files; absent: beside the runtime's own code. */
  wasmPaths?: string | undefined;
}

/** What tells a worker where a model's files are. */
export type ModelPlace = Pick<ModelSpec, "folder" | "fetched">;

/** What a loaded model says of itself. */
export interface ModelInfo {
  /** Most tokens a forward pass takes, special tokens included. */
  maxLength: number;
  /** Logits a pair (cross-encoders): 1 or 2. */
  labels?: number;
  /** Activation that the model's own files name (cross-encoders). */
  activation?: "sigmoid" | "identity";
  /** The instruction that stands in the prompt (cross-encoders that have one). */
  instruction?: string;
  /** Pooling that the model's own files name (embeddings). */
  pooling?: Pooling;
  /** Milliseconds that loading took. */
  load: number;
}

interface JobLimits {
  /** Tokens, special ones included; the model's own limit stands above it. */
  maxLength?: number | undefined;
  /** Padded tokens of one batch, at most (a longer text is a batch of its own). Filled in by the model where it is left out. */
  batchTokens?: number | undefined;
}

/** What is done with documents that do not fit the model. */
interface PassageOptions {
  longDocuments: "truncate" | "max-passage";
  /** Tokens of the document that one passage holds, at most. */
  passageLength?: number | undefined;
  /** Share of a passage that the next one repeats. */
  passageOverlap?: number | undefined;
}

/** Score texts against a query. */
export interface PairJob extends JobLimits, PassageOptions {
  task: "pairs";
  query: string;
  /** Stands in for the prompt's own instruction. */
  instruction?: string | undefined;
}

/** Embed texts. */
export interface VectorJob extends JobLimits {
  task: "vectors";
  /** Put before every text. */
  prefix: string;
  pooling?: Pooling | undefined;
  normalize: boolean;
}

/** Late interaction: encode texts token by token, compare documents with a query, or both. */
export interface LateJob extends JobLimits, PassageOptions {
  task: "late";
  /** Queries and documents are framed differently. */
  role: "query" | "document";
  /** Put before every text, and before every passage of it. */
  prefix: string;
  /** Tokens of a text, at most; stands in for what the model's format says, within `maxLength`. */
  length?: number | undefined;
  /** What documents are compared with. Without it they are only encoded. */
  query?: TokenVectors | undefined;
  /**
   * Share of the cosine of the pooled vectors in the similarity; the rest is MaxSim's. Stands in for what the model's format says. Above 0 the
   * model must have an output for whole texts.
   */
  pooledWeight?: number | undefined;
  /** Send the vectors of texts back. */
  keep: boolean;
}

export type Job = PairJob | VectorJob | LateJob;

/** What a job is done on: a text or, in late interaction, one that has been encoded before. */
export type JobInput = string | TokenVectors;

/** A text as late interaction keeps it. */
export interface TokenVectors {
  /** Numbers of one vector. */
  dimension: number;
  /** The text in one piece, or its passages in the order they stand in. */
  passages: readonly PassageVectors[];
  /** Something of the text was cut. */
  truncated: boolean;
}

/** The vectors of a text's tokens, or of one passage of it. */
export interface PassageVectors {
  /** Each at length 1 or 0, one behind the other, in half precision (IEEE 754 binary16). */
  values: Uint16Array<ArrayBuffer>;
  /** The whole text's vector at length 1, in half precision; absent where it is not compared. */
  pooled?: Uint16Array<ArrayBuffer>;
  /** Absent where the text is in one piece. */
  span?: TextSpan;
}

/** What comes back for one text. */
export interface TextResult {
  /** Pair jobs: the logit, or for two-logit heads logit(relevant) − logit(not). */
  logit?: number;
  /** Vector jobs. */
  vector?: Float32Array;
  /** Vector jobs: tokens of the text that went through the model, with its prefix and special tokens, without padding. */
  tokens?: number;
  /** Late jobs with a query: mean over its tokens of the best cosine with a token of the text, mixed with the cosine of the pooled vectors, −1 to 1. */
  similarity?: number;
  /** Late jobs that keep vectors, for texts that had none. */
  vectors?: TokenVectors;
  /** Something of the text, or of the query, was cut. */
  truncated: boolean;
  passage?: TextSpan;
}

/** Counts of one or several batches; sums of them are counts again. */
export interface JobStats {
  batches: number;
  /** Padded tokens. */
  tokens: number;
  /** Milliseconds. */
  tokenize: number;
  /** Milliseconds. */
  inference: number;
  /** Milliseconds that late interaction spent on texts whose vectors were kept. */
  compare: number;
}

export type ToWorker =
  | { type: "load"; spec: ModelSpec }
  | { type: "run"; id: number; job: Job; inputs: readonly JobInput[] }
  | { type: "cancel"; id: number }
  /** End when what runs now has ended. Ending a thread amid native work takes the whole process down. */
  | { type: "stop" };

export type FromWorker =
  | { type: "ready"; info: ModelInfo }
  | { type: "done"; id: number; results: TextResult[]; stats: JobStats }
  | { type: "cancelled"; id: number }
  /** Without an id: the model could not be loaded. */
  | { type: "failed"; id?: number; error: WireError };

/** An error on its way between threads, where classes get lost. */
export type WireError =
  | { kind: "integrity"; model: string; problem: string; file?: string }
  | { kind: "missing"; dependency: string; purpose: string; cause: string }
  | { kind: "other"; problem: string };
