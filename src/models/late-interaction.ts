/** ASCII punctuation, which ColBERT leaves out of documents (arXiv:2004.12832, 3.2). */
export const PUNCTUATION: readonly string[] = Array.from("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~");

/**
 * Whether a `config_sentence_transformers.json` is of a model that PyLate made: newer ones name their kind, older ones have its settings
 * alone.
 */
export function isPyLate(settings: object): boolean {
  return (settings as { model_type?: unknown }).model_type === "ColBERT" || "query_prefix" in settings;
}
