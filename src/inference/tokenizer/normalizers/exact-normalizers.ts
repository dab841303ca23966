import { type BertNormalizerConfig, bertNormalizer } from "./bert.js";
import { precompiledNormalizer } from "./precompiled.js";

/** A normaliser of `@huggingface/tokenizers`: a function that is an object too. */
interface TextNormalizer {
  (text: string): string;
  normalize(text: string): string;
  config: { type: string };
  /** Of a sequence: its parts, in order. */
  normalizers?: (TextNormalizer | null)[];
}

/** Normalisers of `tokenizer.json` that `@huggingface/tokenizers` only comes near to, done as the reference does them. */
const EXACT: Record<string, (config: object) => ((text: string) => string) | undefined> = {
  BertNormalizer: (config) => bertNormalizer(config as BertNormalizerConfig),
  Precompiled: (config) => {
    const { precompiled_charsmap: map } = config as { precompiled_charsmap?: string | null };
    return map ? precompiledNormalizer(map) : undefined;
  },
};

/** Puts exact normalisers into a tokenizer in place of those that differ from the reference, wherever in a sequence they stand. */
export function useExactNormalizers(tokenizer: { normalizer: unknown }): void {
  if (tokenizer.normalizer) tokenizer.normalizer = exact(tokenizer.normalizer as TextNormalizer);
}

function exact(normalizer: TextNormalizer): TextNormalizer {
  if (normalizer.normalizers) {
    normalizer.normalizers = normalizer.normalizers.map((part) => part && exact(part));
    return normalizer;
  }
  const apply = EXACT[normalizer.config.type]?.(normalizer.config);
  return apply
    ? Object.assign((text: string) => apply(text), { normalize: apply, config: normalizer.config })
    : normalizer;
}
