import type { ModelConfig } from "../formats/model-config.js";
import type { Platform, RuntimeSession, RuntimeTensor } from "./session.js";

const CACHE_INPUT = /^past_key_values\.(\d+\.(?:decoder\.)?(?:key|value))$/;

/** True for an input of a decoder's key–value cache. */
export function isCacheInput(name: string): boolean {
  return CACHE_INPUT.test(name);
}

/** The output that becomes an input of the cache in the next step. */
export function cacheOutput(cacheInput: string): string {
  return `present.${CACHE_INPUT.exec(cacheInput)![1]!}`;
}

/** An empty cache, which a decoder needs for the first tokens of a sequence. */
export function emptyCache(
  platform: Platform,
  session: RuntimeSession,
  config: ModelConfig,
  rows: number,
): Record<string, RuntimeTensor> {
  const heads = config.num_key_value_heads ?? config.num_attention_heads ?? 1;
  const width = config.head_dim ?? Math.floor((config.hidden_size ?? 0) / (config.num_attention_heads ?? 1));
  const dims = [rows, heads, 0, width];
  const entries = session.inputNames.filter(isCacheInput).map((name) => {
    const isHalf = session.inputMetadata.find((input) => input.name === name)?.type === "float16";
    const tensor = isHalf
      ? platform.tensor("float16", new Uint16Array(0), dims)
      : platform.tensor("float32", new Float32Array(0), dims);
    return [name, tensor] as const;
  });
  return Object.fromEntries(entries);
}
