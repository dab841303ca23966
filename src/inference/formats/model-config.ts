/** What is read of a model's `config.json`. Unknown fields are left alone. */
export interface ModelConfig {
  model_type?: string;
  architectures?: string[];
  max_position_embeddings?: number;
  n_positions?: number;
  pad_token_id?: number | null;
  vocab_size?: number;
  num_labels?: number;
  id2label?: Record<string, string>;
  cls_token_id?: number | null;
  sep_token_id?: number | null;
  bos_token_id?: number | null;
  eos_token_id?: number | null;
  hidden_size?: number;
  num_attention_heads?: number;
  num_key_value_heads?: number;
  head_dim?: number;
  sbert_ce_default_activation_function?: string;
  sentence_transformers?: { activation_fn?: string };
}

/** Families whose position table starts after the padding index, and so holds fewer tokens than it has rows. */
const OFFSET_POSITIONS = new Set([
  "roberta",
  "xlm-roberta",
  "xlm-roberta-xl",
  "camembert",
  "xmod",
  "mpnet",
  "longformer",
  "data2vec-text",
]);

/**
 * Most tokens a forward pass of the model takes.
 *
 * @param tokenizerLimit `model_max_length` of `tokenizer_config.json`; an astronomic number there means none.
 */
export function maxTokens(config: ModelConfig, tokenizerLimit: unknown): number {
  const rows = config.max_position_embeddings ?? config.n_positions;
  const offset = OFFSET_POSITIONS.has(config.model_type ?? "") ? (config.pad_token_id ?? 1) + 1 : 0;
  const limits = [rows === undefined ? undefined : rows - offset, tokenizerLimit].filter(
    (limit): limit is number => typeof limit === "number" && limit > 0 && limit < 1e7,
  );
  return limits.length > 0 ? Math.min(...limits) : 512;
}

/** Activation that sentence-transformers would apply, where the model's files name one. */
export function namedActivation(config: ModelConfig): "sigmoid" | "identity" | undefined {
  const name = config.sentence_transformers?.activation_fn ?? config.sbert_ce_default_activation_function;
  if (name === undefined) return undefined;
  return name.endsWith("Identity") ? "identity" : name.endsWith("Sigmoid") ? "sigmoid" : undefined;
}

/** The model is a decoder: it reads from left to right, and nothing frames its texts unless its tokenizer says so. */
export function isDecoder(config: ModelConfig): boolean {
  return config.model_type === "qwen3" || isCausal(config);
}

/** The model continues texts: its output is one logit a word of its vocabulary. */
export function isCausal(config: ModelConfig): boolean {
  return config.architectures?.some((name) => name.endsWith("ForCausalLM")) ?? false;
}
