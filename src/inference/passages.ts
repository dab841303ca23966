import type { TextSpan } from "../scorers/relevance-scorer.js";

/**
 * Pieces that a passage may begin or end between: a word with the white space before it, or one character of a script that is
 * written without spaces. Combining marks stay with their base, surrogates with each other.
 */
const PIECE =
  /\s*(?:[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]\p{M}*|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}])\S){1,64}\p{M}*)|\s+$/gu;

/**
 * Cuts a text into overlapping passages that fit the model. Spans are exact: `text.slice(start, end)` is what gets scored. Together
 * they cover the text.
 *
 * @param room Tokens that one passage may have.
 * @param overlap Tokens that a passage shares with the one before it, about.
 * @param countTokens Tokens of a piece of text. Pieces are counted alone, so a passage may come out a few tokens off.
 */
export function cutPassages(
  text: string,
  room: number,
  overlap: number,
  countTokens: (piece: string) => number,
): TextSpan[] {
  const pieces = Array.from(text.matchAll(PIECE), (match) => ({
    start: match.index,
    end: match.index + match[0].length,
    tokens: countTokens(match[0]),
  }));
  const spans: TextSpan[] = [];
  let first = 0;
  while (first < pieces.length) {
    let tokens = pieces[first]!.tokens;
    let last = first;
    while (last + 1 < pieces.length && tokens + pieces[last + 1]!.tokens <= room) tokens += pieces[++last]!.tokens;
    spans.push({
      start: first === 0 ? 0 : pieces[first]!.start,
      end: last === pieces.length - 1 ? text.length : pieces[last]!.end,
    });
    if (last === pieces.length - 1) break;
    let next = last + 1;
    for (let shared = 0; next - 1 > first && shared + pieces[next - 1]!.tokens <= overlap; next--)
      shared += pieces[next - 1]!.tokens;
    first = next;
  }
  return spans;
}
