import type { Calibration } from "../calibration.js";

/** The kind of output that a model computes. */
export type ModelKind = "cross-encoder" | "late-interaction" | "embedding";

/** The code that runs a model: the ONNX engine, or the package's TypeScript code for tables of word-piece vectors. */
export type ModelRuntime = "onnx" | "static";

/** Architecture, which decides the tokenizer family and the pair format. */
export type ModelFamily =
  | "bert"
  | "roberta"
  | "xlm-roberta"
  | "modernbert"
  | "deberta-v2"
  | "jina-bert"
  | "nomic-bert"
  | "qwen3"
  | "static";

/** Numeric precision of a weights file. `q8`: 8-bit integers, `q4`: 4-bit blocks. */
export type Precision = "fp32" | "fp16" | "q8" | "q4";

/** Precision to run: one of the files, or `auto`: the one that this machine runs fastest without a known loss of quality. */
export type DType = "auto" | Precision;

/** One file of a model's repository. */
export interface ModelFile {
  /** Path in the repository, such as `onnx/model.onnx`. */
  path: string;
  /** Size in bytes, external files included, where it is known for the pinned revision. */
  bytes?: number;
  /** SHA-256 in lower-case hexadecimal, where it is known for the pinned revision. A file with another hash is rejected. */
  sha256?: string;
  /** Files that hold the weights if the graph does not. */
  external?: readonly string[];
}

/** How the graph's output becomes one relevance logit per pair. */
export type ModelHead =
  /** Output `logits` [batch, 1]. */
  | { type: "logit" }
  /** Output `logits` [batch, 2]. The score is logit(positive) − logit(other). */
  | { type: "two-logits"; positive: 0 | 1 }
  /**
   * The graph ends at token vectors; pooling and dense layers are stored next to it as sentence-transformers modules (`modules.json`). The
   * Ettin rerankers are published this way.
   */
  | { type: "modules" }
  /** A causal language model over its whole vocabulary: logit(yes) − logit(no) at the last position. */
  | { type: "yes-no"; yes: string; no: string };

/** Name of the function that turns a logit into `sim`: `"sigmoid"` for 0 to 1, `"identity"` for the logit itself. */
export type ActivationName = "sigmoid" | "identity";

/** A template that wraps every query–document pair. */
export interface PromptTemplate {
  /** Text before the body; never truncated. */
  prefix: string;
  /** Text after the body; never truncated. */
  suffix: string;
  /** The body, with `{instruction}`, `{query}` and `{document}`. */
  body: string;
  /** The instruction that the model was published with. */
  instruction: string;
}

/** How token vectors become one vector: their mean, the first (`[CLS]`) or the last. */
export type Pooling = "mean" | "cls" | "last";

/** How a late-interaction model frames queries and documents. An absent field means that the step is skipped. */
export interface LateInteractionFormat {
  /** Token inserted after the first special token of a query. */
  queryMarker?: string;
  /** Token inserted after the first special token of a document. */
  documentMarker?: string;
  /** Maximum tokens of a query, special tokens and marker included. @default the model's maximum length */
  queryLength?: number;
  /** Maximum tokens of a document, special tokens and marker included. @default the model's maximum length */
  documentLength?: number;
  /** Pad queries to `queryLength` with the mask token, whose vectors count like the others (ColBERT, arXiv:2004.12832, 3.2). */
  expandQueries?: boolean;
  /** Let the other tokens of a query attend to the padding. */
  attendToExpansion?: boolean;
  /** Tokens of documents whose vectors are ignored. */
  skipWords?: readonly string[];
  /**
   * Weight, 0 to 1, of the cosine between the pooled vectors of query and document; MaxSim gets the rest. For models whose graph also
   * outputs one vector per text. @default 0
   */
  pooledWeight?: number;
}

/** A quality metric that a model's publisher or a benchmark reports. Compare only values with the same `benchmark` and `from`. */
export interface PublishedMetric {
  /** Name of the benchmark or data set. */
  benchmark: string;
  /** Name of the measure, such as `nDCG@10`. */
  measure: string;
  /** The value as published: some publishers use 0 to 1, others percent. */
  value: number;
  /** Where the value is published. */
  from: string;
}

/** One model of the registry. Pure data: what the engine needs to run it, and what users need to choose it. */
export interface ModelEntry {
  /** The name that users pass as `model`: a repository of the Hugging Face hub, or the name of a model of this project. */
  name: string;
  /** Other names of the same entry, such as the repository that the weights were converted from. */
  aliases?: readonly string[];
  /** What the model computes. */
  kind: ModelKind;
  /** Other kinds that the same weights can serve as. */
  also?: readonly ModelKind[];
  /** The code that runs it. */
  runtime: ModelRuntime;
  /** Its architecture. */
  family: ModelFamily;
  /** One line for lists. */
  description: string;
  /** The model ships in this package, in `models/<name>/`, and is never downloaded. */
  bundled?: true;
  /** npm package that holds the files and is installed separately. Such a model is never downloaded. */
  package?: string;
  /** Repository to download from. */
  repository?: string;
  /** Commit to download. If absent, the current commit of the branch `main`. */
  revision?: string;
  /** Weights by precision. A precision that is absent here may still exist: the repository's file list is consulted too. */
  files: Readonly<Partial<Record<Precision, ModelFile>>>;
  /** Tokenizer and configuration files with a pinned hash. */
  pinned?: readonly ModelFile[];
  /** Texts must be scored one at a time, because padding changes the scores: the graph counts positions from the first column. */
  oneTextAtATime?: true;
  /** Precisions that are known to lose quality; `dtype: "auto"` avoids them. */
  lossy?: readonly Precision[];
  /** Millions of parameters, embeddings included. */
  parameters: number;
  /** Curve that turns the model's raw scores into probabilities. */
  calibration?: Calibration;
  /** ISO 639-1 codes; `multilingual` for models of a hundred languages. */
  languages: readonly string[];
  /** Maximum input in tokens, special tokens included. Absent if there is no limit. */
  maxLength?: number;
  /** SPDX identifier. */
  license: string;
  /** Whether the license allows commercial use. If not, callers must pass `acceptLicense: true`. */
  commercial: boolean;
  /** Cross-encoders: how the logit is read. */
  head?: ModelHead;
  /** Cross-encoders: how the logit becomes `sim`. */
  activation?: ActivationName;
  /** Cross-encoders that read pairs in a prompt. */
  prompt?: PromptTemplate;
  /** Models that output one vector per text. */
  pooling?: Pooling;
  /** Embedding models: text put before every query. */
  queryPrefix?: string;
  /** Embedding models: text put before every document. */
  documentPrefix?: string;
  /** Length of a vector: per text, or per token for late interaction. */
  dimensions?: number;
  /** Late-interaction models that run on the ONNX engine. */
  lateInteraction?: LateInteractionFormat;
  /** Published quality, for comparison before you measure on your own data. */
  metrics?: readonly PublishedMetric[];
  /**
   * `card`: the facts above come from the model's card, from the registry of another library or from code that runs this very revision.
   * `unverified`: at least one of license, length and head could not be looked up and is stated from memory.
   */
  source: "card" | "unverified";
}

/** Relative speed of a model, by its number of parameters. */
export type SpeedClass = "very fast" | "fast" | "medium" | "slow" | "very slow";

/** Upper bounds in millions of parameters: from about 1 ms to about 1 s per passage of 200 tokens on two laptop cores. */
const SPEED_CLASSES: readonly (readonly [number, SpeedClass])[] = [
  [16, "very fast"],
  [40, "fast"],
  [160, "medium"],
  [450, "slow"],
  [Number.POSITIVE_INFINITY, "very slow"],
];

/**
 * {@link SpeedClass} of an entry. A static model looks vectors up instead of computing them, so it is always very fast.
 *
 * @example
 * speedClass(getModel("BAAI/bge-reranker-base")); // "slow"
 */
export function speedClass(entry: Pick<ModelEntry, "parameters"> & { runtime?: ModelRuntime }): SpeedClass {
  if (entry.runtime === "static") return "very fast";
  return SPEED_CLASSES.find(([bound]) => entry.parameters <= bound)![1];
}
