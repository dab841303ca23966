import { type BertNormalizerConfig, bertNormalizer } from "./bert.js";
import { precompiledNormalizer } from "./precompiled.js";

/** A normalizer of `@huggingface/tokenizers`: a function that is also an object. */
interface TextNormalizer {
  (text: string): string;
  normalize(text: string): string;
  config: { type: string };
  /** The parts of a sequence, in order. */
  normalizers?: (TextNormalizer | null)[];
}

/** Normalizers of `tokenizer.json` that `@huggingface/tokenizers` only approximates. These do exactly what the reference does. */
const EXACT: Record<string, (config: object) => ((text: string) => string) | undefined> = {
  BertNormalizer: (config) => bertNormalizer(config as BertNormalizerConfig),
  Precompiled: (config) => {
    const { precompiled_charsmap: map } = config as { precompiled_charsmap?: string | null };
    return map ? precompiledNormalizer(map) : undefined;
  },
};

/** Replaces a tokenizer's normalizers that differ from the reference, also those inside a sequence. */
export function useExactNormalizers(tokenizer: { normalizer: unknown }): void {
  if (tokenizer.normalizer) tokenizer.normalizer = exact(tokenizer.normalizer as TextNormalizer);
}

function exact(normalizer: TextNormalizer): TextNormalizer {
  if (normalizer.normalizers) {
    normalizer.normalizers = normalizer.normalizers.map((part) => part && exact(part));
    return normalizer;
  }
  const apply = EXACT[normalizer.config.type]?.(normalizer.config);
  return apply ? Object.assign(apply, { normalize: apply, config: normalizer.config }) : normalizer;
}
