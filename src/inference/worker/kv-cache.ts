import type { ModelConfig } from "../formats/model-config.js";
import type { Platform, RuntimeSession, RuntimeTensor } from "./session.js";

const PAST = /^past_key_values\.(\d+\.(?:decoder\.)?(?:key|value))$/;

/** Inputs of a decoder's cache, in the session's order. */
export function pastInputs(session: RuntimeSession): string[] {
  return session.inputNames.filter((name) => PAST.test(name));
}

/** Name of the output that holds what an input of the cache will be in the next step. */
export function presentOf(pastInput: string): string {
  return `present.${PAST.exec(pastInput)![1]!}`;
}

/** A cache that holds nothing: what a decoder is given for the first tokens of a sequence. */
export function emptyPast(
  platform: Platform,
  session: RuntimeSession,
  config: ModelConfig,
  rows: number,
): Record<string, RuntimeTensor> {
  const heads = config.num_key_value_heads ?? config.num_attention_heads ?? 1;
  const width = config.head_dim ?? Math.floor((config.hidden_size ?? 0) / (config.num_attention_heads ?? 1));
  const dims = [rows, heads, 0, width];
  const entries = pastInputs(session).map((name) => {
    const half = session.inputMetadata.find((meta) => meta.name === name)?.type === "float16";
    return [
      name,
      half
        ? platform.tensor("float16", new Uint16Array(0), dims)
        : platform.tensor("float32", new Float32Array(0), dims),
    ] as const;
  });
  return Object.fromEntries(entries);
}
