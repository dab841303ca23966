/** What a model computes. */
export type ModelKind = "cross-encoder" | "late-interaction" | "embedding";

/** Architecture, which decides tokenizer family and pair format. */
export type ModelFamily =
  | "bert"
  | "roberta"
  | "xlm-roberta"
  | "modernbert"
  | "deberta-v2"
  | "jina-bert"
  | "nomic-bert"
  | "qwen3";

/** Numeric precision of a weights file. `q8`: 8-bit integers, `q4`: 4-bit blocks. */
export type Precision = "fp32" | "fp16" | "q8" | "q4";

/** Precision to run: one of the files, or `auto`: what this machine runs fastest without a stated loss. */
export type DType = "auto" | Precision;

/** One file of a model's repository. */
export interface ModelFile {
  /** Path in the repository, as `onnx/model.onnx`. */
  path: string;
  /** Size where it is known for the pinned revision. */
  bytes?: number;
  /** SHA-256 in lower-case hexadecimal, where it is known for the pinned revision. A file that differs is refused. */
  sha256?: string;
  /** Files that the weights are kept in beside the graph. */
  external?: readonly string[];
}

/** How one relevance logit comes out of the graph. */
export type ModelHead =
  /** Output `logits` [batch, 1]. */
  | { type: "logit" }
  /** Output `logits` `[batch, 2]`: the score is logit(positive) − logit(other). */
  | { type: "two-logits"; positive: 0 | 1 }
  /**
   * The graph ends at token vectors; pooling and dense layers lie beside it as sentence-transformers modules (`modules.json`). The Ettin
   * rerankers are published so.
   */
  | { type: "modules"; folders: readonly string[] }
  /** A causal language model over its whole vocabulary: logit(yes) − logit(no) at the last position. */
  | { type: "yes-no"; yes: string; no: string };

/** What turns a logit into `sim`. */
export type Activation = "sigmoid" | "identity";

/** A template that wraps every query–document pair. */
export interface PromptTemplate {
  /** Before the body; its tokens always stand. */
  prefix: string;
  /** After the body; its tokens always stand. */
  suffix: string;
  /** The body, with `{instruction}`, `{query}` and `{document}`. */
  body: string;
  /** The instruction that the model was published with. */
  instruction: string;
}

/** How token vectors become one vector. */
export type ModelPooling = "mean" | "cls" | "last";

/** What a late-interaction model does to queries and documents before and after it encodes them. What is absent is not done. */
export interface LateInteractionFormat {
  /** Token put after the first special token of a query. */
  queryMarker?: string;
  /** The same of a document. */
  documentMarker?: string;
  /** Tokens of a query, special ones and marker included, at most. Default: what the model can read. */
  queryLength?: number;
  /** The same of a document. */
  documentLength?: number;
  /** Queries are filled up to `queryLength` with the mask token, whose vectors count like the others (ColBERT, arXiv:2004.12832, 3.2). */
  expandQueries?: boolean;
  /** The other tokens of a query look at those that fill it up. */
  attendToExpansion?: boolean;
  /** Tokens of documents whose vectors do not count. */
  skipWords?: readonly string[];
  /**
   * Share, 0–1, of the cosine of the texts' pooled vectors in a similarity; the rest is MaxSim's. For models whose graph has an output for
   * whole texts too. Default: 0.
   */
  pooledWeight?: number;
}

/** A figure that a model's publisher or a benchmark gives. Compare figures of the same `benchmark` and `from` only. */
export interface ModelFigure {
  benchmark: string;
  measure: string;
  value: number;
  /** Where the figure is published. */
  from: string;
}

/** One model that can be named. Data only: what the engine needs to run it and what a person needs to choose it. */
export interface ModelEntry {
  /** What users pass as `model`: a repository of the hub, or the name of a model of this project. */
  name: string;
  /** Other names that stand for the same entry, such as the repository that the weights were converted from. */
  aliases?: readonly string[];
  kind: ModelKind;
  /** What else it computes. */
  also?: readonly ModelKind[];
  family: ModelFamily;
  description: string;
  /** Folder under `models/` of this package. Such a model is never downloaded. */
  bundled?: string;
  /** npm package that holds the files, to be installed beside this one. Such a model is never downloaded. */
  package?: string;
  /** Repository to download from. */
  repository?: string;
  /** Commit to download. Absent: the branch `main`, whatever it is at that time. */
  revision?: string;
  /** ONNX files by precision. A precision that is absent may still exist: the repository's own list is asked. */
  files: Readonly<Partial<Record<Precision, ModelFile>>>;
  /** Tokenizer and configuration files with a pinned hash. */
  pinned?: readonly ModelFile[];
  /** Precisions whose quality is known to be off; `dtype: "auto"` leaves them out. */
  lossy?: readonly Precision[];
  /** Millions of parameters, embeddings included. */
  parameters: number;
  /** ISO 639-1 codes; `multilingual` for models of a hundred languages. */
  languages: readonly string[];
  /** Tokens that the model can read, special tokens included. */
  maxLength: number;
  /** SPDX identifier. */
  license: string;
  /** Whether the licence allows commercial use. If not, the caller has to pass `acceptLicense: true`. */
  commercial: boolean;
  /** Cross-encoders: how the logit is read. */
  head?: ModelHead;
  /** Cross-encoders: what turns the logit into `sim`. */
  activation?: Activation;
  /** Cross-encoders with a template. */
  prompt?: PromptTemplate;
  /** Embedding models, and late-interaction models that have a vector for a whole text too. */
  pooling?: ModelPooling;
  /** Embedding models: put before every query. */
  queryPrefix?: string;
  /** Embedding models: put before every document. */
  documentPrefix?: string;
  /** Length of a vector: of a text or, in late interaction, of a token. */
  dimensions?: number;
  /** Late-interaction models. */
  lateInteraction?: LateInteractionFormat;
  figures?: readonly ModelFigure[];
  /**
   * `card`: the facts above were read in the model's card, in the registry of another library or in code that runs this very revision.
   * `unverified`: at least one of licence, length and head could not be looked up and is stated from memory.
   */
  source: "card" | "unverified";
}

/** How fast a model is relative to the others, by its number of parameters. */
export type SpeedClass = "very fast" | "fast" | "medium" | "slow" | "very slow";

/** Bounds in millions of parameters, from about 1 ms to about 1 s a passage of 200 tokens on two laptop cores. */
const SPEED_CLASSES: readonly (readonly [number, SpeedClass])[] = [
  [16, "very fast"],
  [40, "fast"],
  [160, "medium"],
  [450, "slow"],
  [Number.POSITIVE_INFINITY, "very slow"],
];

/** {@link SpeedClass} of an entry. */
export function speedClass(entry: Pick<ModelEntry, "parameters">): SpeedClass {
  return SPEED_CLASSES.find(([bound]) => entry.parameters <= bound)![1];
}
