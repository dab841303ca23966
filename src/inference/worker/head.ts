import type { ModelConfig } from "../formats/model-config.js";
import type { ModuleChain } from "../formats/sentence-transformers-modules.js";
import type { ModelTokenizer } from "../tokenizer/model-tokenizer.js";
import type { Encoded } from "../tokenizer/sequences.js";
import type { Platform, RuntimeSession } from "./session.js";

/** The numbers that one batch gives: one or two logits per row, or the vectors of each row. */
export interface BatchOutput {
  values: Float32Array;
  dims: readonly number[];
  /** Late interaction: one vector per row for the whole text, if the model has such an output. */
  pooled?: { values: Float32Array; dimension: number };
  /** Tokens that went through the graph, padding included. */
  tokens: number;
  /** Frees the runtime's memory; `values` must not be read afterwards. */
  release(): void;
}

/** The last step of a model: from a batch of sequences to numbers. */
export interface Head {
  /** Name of the graph's output that is read. */
  output: string;
  /** Maximum number of sequences per batch, if the graph limits it. */
  maxRows?: number;
  run(batch: readonly Encoded[]): Promise<BatchOutput>;
}

/** What heads are made of. */
export interface HeadParts {
  platform: Platform;
  session: RuntimeSession;
  tokenizer: ModelTokenizer;
  config: ModelConfig;
  modules: ModuleChain | undefined;
}
