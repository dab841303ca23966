/** Options of BERT's normaliser as `tokenizer.json` has them. */
export interface BertNormalizerConfig {
  clean_text?: boolean;
  handle_chinese_chars?: boolean;
  strip_accents?: boolean | null;
  lowercase?: boolean;
}

/**
 * Characters that stand as words of their own. The fourth range beyond the basic plane begins where the reference implementation has it,
 * not where its block does.
 */
const IDEOGRAPHS =
  /[\u4e00-\u9fff\u3400-\u4dbf\uf900-\ufaff\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu;

const DROPPED = /[\0\ufffd]|(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu;

/** Printable ASCII, which nothing but the case is changed of. */
const PLAIN = /^[ -~]*$/;

/** BERT's normalisation: control characters out, ideographs apart, accents off, lower case. By code points, so that rare ideographs count too. */
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

/** Character by character: at the end of a word Greek capital sigma has another lower case, which the reference does not know. */
function lowerCase(text: string): string {
  return text.includes("Σ") ? Array.from(text, (char) => char.toLowerCase()).join("") : text.toLowerCase();
}
