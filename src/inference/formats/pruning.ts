import type { ModelConfig } from "./model-config.js";

/** Outputs with one relevance logit per pair, by the names that exports give them. */
export const RANKING_OUTPUTS = ["logits", "ranking_logits", "ranking_scores"] as const;

/** Outputs with two logits per token, "drop" and "keep": OpenProvence's and Provence's names. */
const PRUNING_OUTPUTS = ["pruning_logits", "compression_logits"];

/** The threshold of OpenProvence and Provence where the files of a model name none. */
const KEEP_THRESHOLD = 0.1;

/** What `config.json` of a model with a pruning head may add to {@link ModelConfig}. */
interface PruningConfig extends ModelConfig {
  /** OpenProvence's spelling. */
  default_threadshold?: unknown;
  default_threshold?: unknown;
  langchain_rerank?: { pruning_output?: string };
}

/** The output that says of each token whether to keep it; undefined for models without such a head. */
export function pruningOutput(outputNames: readonly string[], config: ModelConfig): string | undefined {
  const named = (config as PruningConfig).langchain_rerank?.pruning_output;
  const names = named === undefined ? PRUNING_OUTPUTS : [named];
  return names.find((name) => outputNames.includes(name));
}

/** The mean probability of a sentence's tokens above which the model keeps it. */
export function keepThreshold(config: ModelConfig): number {
  const { default_threadshold: misspelled, default_threshold: spelled } = config as PruningConfig;
  const threshold = misspelled ?? spelled;
  return typeof threshold === "number" && threshold >= 0 && threshold <= 1 ? threshold : KEEP_THRESHOLD;
}
