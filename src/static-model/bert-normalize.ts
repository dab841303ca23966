/**
 * Control, format, private-use and lone surrogate characters, which BERT's cleaning drops; tabs and line breaks count as space instead.
 * Characters that no Unicode version assigns stay, and make their word unknown, as in the reference.
 */
const DROPPED = /\ufffd|(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu;
const SPACE = /[\t\n\r\p{Z}]/gu;
const MARKS = /\p{Mn}/gu;
/** Blocks that BERT's authors took for Chinese. `2B920` where Unicode has `2B820` is the reference's own reading. */
const IDEOGRAPHS =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu;

/**
 * A text as uncased BERT reads it: cleaned, ideographs set apart, accents taken off, lower-cased character by character (so that a
 * final sigma stays a plain one).
 */
export function bertNormalize(text: string): string {
  const plain = text
    .replace(DROPPED, "")
    .replace(SPACE, " ")
    .replace(IDEOGRAPHS, " $& ")
    .normalize("NFD")
    .replace(MARKS, "");
  let lower = "";
  for (const character of plain) lower += character.toLowerCase();
  return lower;
}
