import type { Pooling } from "../../models/types.js";
import { isDecoder, type ModelConfig } from "./model-config.js";
import type { ModuleChain } from "./sentence-transformers-modules.js";

/** What a model's files say about its embeddings. */
export interface EmbeddingSettings {
  /** Undefined if neither the files nor the architecture decide it. */
  readonly pooling: Pooling | undefined;
  readonly queryPrefix: string | undefined;
  readonly documentPrefix: string | undefined;
  /** True for instruction-tuned architectures, whose queries need a prefix. */
  readonly needsQueryPrefix: boolean;
  /** True for encoders that, by their name, were trained with prefixes. */
  readonly expectsPrefixes: boolean;
}

/** What `config_sentence_transformers.json` says about prompts. */
interface SentenceTransformersConfig {
  prompts?: Record<string, string>;
}

/** Reads the settings from a model's name, its `config.json` and what sentence-transformers wrote. */
export function readEmbeddingSettings(
  name: string,
  config: ModelConfig,
  modules: ModuleChain | undefined,
  settings: SentenceTransformersConfig | undefined,
): EmbeddingSettings {
  const prompts = settings?.prompts ?? {};
  const decoder = isDecoder(config);
  return {
    pooling: modules?.pooling ?? (decoder ? "last" : isBidirectionalDecoder(config) ? undefined : "mean"),
    queryPrefix: prompts.query,
    documentPrefix: prompts.document ?? prompts.passage,
    needsQueryPrefix: decoder,
    expectsPrefixes: expectsPrefixes(name, config),
  };
}

/** Decoders that were trained on to read in both directions; the architecture does not show how they pool. */
function isBidirectionalDecoder({ model_type }: ModelConfig): boolean {
  return /^(gemma3|gemma3_text|qwen3_bidirectional|llama_bidirec|nvembed)$/.test(model_type ?? "");
}

/**
 * Names of encoders that were trained with a prefix before queries, or before all texts, by their model cards. GTE encoders and
 * bge-m3 need none.
 */
const TRAINED_WITH_PREFIXES =
  /(?:^|[-_/\\ .])(?:e5|bge(?!-m3|-reranker)|arctic-embed|mxbai-embed|nomic-embed|stella)(?=[-_/\\ .]|$)/i;

/** Whether an encoder's name, or that of the model it was made from, says that it was trained with prefixes. */
function expectsPrefixes(name: string, { _name_or_path: origin = "" }: ModelConfig): boolean {
  return TRAINED_WITH_PREFIXES.test(`${name} ${origin}`);
}
