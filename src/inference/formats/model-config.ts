/** The fields of a model's `config.json` that are read here. */
export interface ModelConfig {
  model_type?: string;
  architectures?: string[];
  max_position_embeddings?: number;
  n_positions?: number;
  pad_token_id?: number | null;
  vocab_size?: number;
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
  /** Where the model was loaded from before it was saved. */
  _name_or_path?: string;
  sentence_transformers?: { activation_fn?: string };
  /** OpenProvence: the configuration of the encoder, whose fields the outer configuration lacks. */
  base_model_config?: ModelConfig;
  /** OpenProvence: maximum number of tokens of query and text. */
  max_length?: number;
}

/** The configuration with the fields of OpenProvence's encoder, and OpenProvence's limit, where other models have them. */
export function flattenConfig(config: ModelConfig): ModelConfig {
  const { base_model_config: base, max_length: limit } = config;
  if (typeof base !== "object" || base === null) return config;
  const positions = Math.min(
    base.max_position_embeddings ?? Number.POSITIVE_INFINITY,
    limit ?? Number.POSITIVE_INFINITY,
  );
  return { ...config, ...base, ...(Number.isFinite(positions) ? { max_position_embeddings: positions } : {}) };
}

/** Architectures whose position table starts after the padding index, so that it holds fewer tokens than it has rows. */
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
 * Maximum number of tokens per forward pass.
 *
 * @param tokenizerLimit `model_max_length` of `tokenizer_config.json`; an astronomically large number means no limit.
 */
export function maxTokens(config: ModelConfig, tokenizerLimit: unknown): number {
  const rows = config.max_position_embeddings ?? config.n_positions;
  const offset = OFFSET_POSITIONS.has(config.model_type ?? "") ? (config.pad_token_id ?? 1) + 1 : 0;
  const limits = [rows === undefined ? undefined : rows - offset, tokenizerLimit].filter(
    (limit): limit is number => typeof limit === "number" && limit > 0 && limit < 1e7,
  );
  return limits.length > 0 ? Math.min(...limits) : 512;
}

/** The activation that sentence-transformers would apply, if the model's files name one. */
export function namedActivation(config: ModelConfig): "sigmoid" | "identity" | undefined {
  const name = config.sentence_transformers?.activation_fn ?? config.sbert_ce_default_activation_function;
  if (name === undefined) return undefined;
  return name.endsWith("Identity") ? "identity" : name.endsWith("Sigmoid") ? "sigmoid" : undefined;
}

/** Architectures that read from left to right. Their last token is the only one that has seen the whole text. */
const DECODERS =
  /^(qwen2|qwen3|llama|mistral|mixtral|ministral|gemma|gemma2|phi|phi3|gpt2|gpt_neox|gptj|opt|bloom|falcon|granite|olmo2?|smollm3)$/;

/** True for a decoder. Nothing is added to its texts unless its tokenizer says so. */
export function isDecoder(config: ModelConfig): boolean {
  return DECODERS.test(config.model_type ?? "") || isCausal(config);
}

/** True for a model that continues texts: its output is one logit per token of its vocabulary. */
export function isCausal(config: ModelConfig): boolean {
  return config.architectures?.some((name) => name.endsWith("ForCausalLM")) ?? false;
}
