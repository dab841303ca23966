/** Options of BERT's normalizer, as in `tokenizer.json`. */
export interface BertNormalizerConfig {
  clean_text?: boolean;
  handle_chinese_chars?: boolean;
  strip_accents?: boolean | null;
  lowercase?: boolean;
}

/**
 * Characters that are words by themselves. The fourth range beyond the basic plane begins where it does in the reference implementation,
 * not where its Unicode block does.
 */
const IDEOGRAPHS =
  /[\u4e00-\u9fff\u3400-\u4dbf\uf900-\ufaff\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu;

const DROPPED = /[\0\ufffd]|(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu;

/** Printable ASCII, where only the case changes. */
const PLAIN = /^[ -~]*$/;

/**
 * BERT's normalization: removes control characters, separates ideographs, strips accents and lowercases. Works on code points, so that
 * rare ideographs are recognized.
 */
export function bertNormalizer(config: BertNormalizerConfig): (text: string) => string {
  const { clean_text: clean = true, handle_chinese_chars: apart = true, lowercase = true } = config;
  const stripAccents = config.strip_accents ?? lowercase;
  return (text) => {
    if (PLAIN.test(text)) return lowercase ? text.toLowerCase() : text;
    let normal = clean ? text.replace(DROPPED, "").replace(/\s/g, " ") : text;
    if (apart) normal = normal.replace(IDEOGRAPHS, " $& ");
    if (stripAccents) normal = normal.normalize("NFD").replace(/\p{Mn}/gu, "");
    return lowercase ? lowerCase(normal) : normal;
  };
}

/** Lowercases character by character: at the end of a word, Greek capital sigma has another lowercase form, which the reference ignores. */
function lowerCase(text: string): string {
  return text.includes("Σ") ? Array.from(text, (char) => char.toLowerCase()).join("") : text.toLowerCase();
}
