import type { ModelHead, PromptTemplate } from "../models/types.js";
import type { TextSpan } from "../scorers/relevance-scorer.js";

/** What a model is loaded as. Decides which output is read and how. */
export type ModelKind = "cross-encoder" | "embeddings";

/** Everything a worker needs to load a model. Structured-cloneable. */
export interface ModelSpec {
  /** Name for messages. */
  name: string;
  /** Folder (Node) or base URL (browser) that holds `tokenizer.json`, `config.json` and the ONNX file. */
  folder: string;
  /** The ONNX file, relative to the folder. */
  file: string;
  kind: ModelKind;
  /** Cross-encoders: how the logit is read, where the registry says so. Else the model's own files say it. */
  head?: ModelHead | undefined;
  /** Cross-encoders that read pairs in a prompt. Default: what the model's architecture was published with. */
  prompt?: PromptTemplate | undefined;
  /** Threads inside one session. */
  threads: number;
}

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

/** How token vectors become one: their mean, the first (`[CLS]`), or the last. */
export type Pooling = "mean" | "cls" | "last";

interface JobLimits {
  /** Tokens, special ones included; the model's own limit stands above it. */
  maxLength?: number | undefined;
  /** Padded tokens of one batch, at most (a longer text is a batch of its own). Filled in by the model where it is left out. */
  batchTokens?: number | undefined;
}

/** Score texts against a query. */
export interface PairJob extends JobLimits {
  task: "pairs";
  query: string;
  /** Stands in for the prompt's own instruction. */
  instruction?: string | undefined;
  longDocuments: "truncate" | "max-passage";
  /** Tokens of the document that one passage holds, at most. */
  passageLength?: number | undefined;
  /** Share of a passage that the next one repeats. */
  passageOverlap?: number | undefined;
}

/** Embed texts. */
export interface VectorJob extends JobLimits {
  task: "vectors";
  /** Put before every text. */
  prefix: string;
  pooling?: Pooling | undefined;
  normalize: boolean;
}

export type Job = PairJob | VectorJob;

/** What comes back for one text. */
export interface TextResult {
  /** Pair jobs: the logit, or for two-logit heads logit(relevant) − logit(not). */
  logit?: number;
  /** Vector jobs. */
  vector?: Float32Array;
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
}

export type ToWorker =
  | { type: "load"; spec: ModelSpec }
  | { type: "run"; id: number; job: Job; texts: readonly string[] }
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
