import { segmentsOf } from "../../../segments.js";
import { Charsmap } from "./charsmap.js";

/** Graphemes of this many bytes or more are never replaced as a whole. */
const LONGEST_GRAPHEME = 6;

/** Characters that can be part of a grapheme of several code points: marks, joiners, jamo, flags, skin tones, vowel signs, CR LF. */
const JOINING =
  /[\p{M}\p{Cf}\u0e33\u0eb3\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff\u{1f1e6}-\u{1f1ff}\u{1f3fb}-\u{1f3ff}\u{1133a}-\u{1133b}\r]/u;

/** Printable ASCII. */
const PLAIN = /^[ -~]*$/;

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/**
 * SentencePiece's normalization, exactly: graphemes in the character map are replaced as a whole, others character by character.
 *
 * @param base64 `precompiled_charsmap` of a `tokenizer.json`.
 */
export function precompiledNormalizer(base64: string): (text: string) => string {
  const map = new Charsmap(base64);
  const character = (char: string) => map.replacement(char) ?? char;
  const plainIsUnchanged = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).every(
    (char) => map.replacement(char) === undefined,
  );
  return (text) => {
    if (plainIsUnchanged && PLAIN.test(text)) return text;
    if (!JOINING.test(text)) return Array.from(text, character).join("");
    let normal = "";
    for (const { segment } of segmentsOf(segmenter, text)) {
      const whole = utf8Length(segment) < LONGEST_GRAPHEME ? map.replacement(segment) : undefined;
      normal += whole ?? Array.from(segment, character).join("");
    }
    return normal;
  };
}

function utf8Length(text: string): number {
  let length = 0;
  for (const char of text) {
    const code = char.codePointAt(0)!;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}
