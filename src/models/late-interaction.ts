/** ASCII punctuation, which ColBERT ignores in documents (arXiv:2004.12832, 3.2). */
export const PUNCTUATION: readonly string[] = Array.from("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~");

/** Whether PyLate wrote a `config_sentence_transformers.json`. Newer versions name the kind, older ones only have its settings. */
export function isPyLate(settings: object): boolean {
  return (settings as { model_type?: unknown }).model_type === "ColBERT" || "query_prefix" in settings;
}
