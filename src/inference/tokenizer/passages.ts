import type { TextSpan } from "../../text-span.js";

/**
 * Pieces that a passage may begin or end between: a word with the white space before it, or one character of a script that is
 * written without spaces. Combining marks stay with their base, surrogates with each other.
 */
const PIECE =
  /\s*(?:[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]\p{M}*|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}])\S){1,64}\p{M}*)|\s+$/gu;

/**
 * Tokens of a passage unless told otherwise: nine of ten paragraphs of SQuAD's and Natural Questions' training passages have no more than 244,
 * and so stand whole. In a longer passage the sentences that answer drown among others.
 */
export const PASSAGE_LENGTH = 256;

/** One piece of a text. */
interface Piece {
  start: number;
  end: number;
  tokens: number;
  /** What stands between the piece and the one before. */
  after: Break;
}

/** Places to cut at, weakest first. */
type Break = 0 | 1 | 2;
const WORD: Break = 0;
const SENTENCE: Break = 1;
const PARAGRAPH: Break = 2;

/** A passage ends early, at a break of a strength, if that leaves it at least this share of its room. */
const LEAST_FILLED: readonly (readonly [Break, number])[] = [
  [PARAGRAPH, 0.5],
  [SENTENCE, 0.75],
];

const PARAGRAPH_BREAK = /^[^\S\n]*\n[^\S\n]*\r?\n|^\s*\r\s*\r/;
const SENTENCE_END = /[.!?…。！？｡؟।][\p{Pe}\p{Pf}"']*$/u;

/**
 * Cuts a text into overlapping passages that fit the model. Spans are exact: `text.slice(start, end)` is what gets scored. Together they
 * cover the text. Passages end between paragraphs or sentences where there are such places: a passage that mixes two subjects is judged by
 * neither. Nothing is repeated across the end of a paragraph.
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
  const pieces = readPieces(text, countTokens);
  const spans: TextSpan[] = [];
  for (let first = 0; first < pieces.length; ) {
    const last = findEnd(pieces, first, room);
    spans.push({
      start: first === 0 ? 0 : pieces[first]!.start,
      end: last === pieces.length - 1 ? text.length : pieces[last]!.end,
    });
    if (last === pieces.length - 1) break;
    first = findStart(pieces, first, last + 1, overlap);
  }
  return spans;
}

function readPieces(text: string, countTokens: (piece: string) => number): Piece[] {
  let before = "";
  return Array.from(text.matchAll(PIECE), ({ 0: piece, index }) => {
    const after = index === 0 || PARAGRAPH_BREAK.test(piece) ? PARAGRAPH : SENTENCE_END.test(before) ? SENTENCE : WORD;
    before = piece;
    return { start: index, end: index + piece.length, tokens: countTokens(piece), after };
  });
}

/** The last piece of the passage that begins at `first`. */
function findEnd(pieces: readonly Piece[], first: number, room: number): number {
  let tokens = pieces[first]!.tokens;
  let last = first;
  const breaks: { at: number; tokens: number; strength: Break }[] = [];
  while (last + 1 < pieces.length && tokens + pieces[last + 1]!.tokens <= room) {
    breaks.push({ at: last, tokens, strength: pieces[last + 1]!.after });
    tokens += pieces[++last]!.tokens;
  }
  if (last === pieces.length - 1) return last;
  breaks.push({ at: last, tokens, strength: pieces[last + 1]!.after });
  for (const [strength, filled] of LEAST_FILLED) {
    const found = breaks.findLast((place) => place.strength >= strength && place.tokens >= room * filled);
    if (found) return found.at;
  }
  return last;
}

/** Where the next passage begins: so many tokens back, at the beginning of a sentence if there is one. */
function findStart(pieces: readonly Piece[], first: number, next: number, overlap: number): number {
  if (pieces[next]!.after === PARAGRAPH) return next;
  let start = next;
  for (let shared = 0; start - 1 > first && shared + pieces[start - 1]!.tokens <= overlap; start--) {
    shared += pieces[start - 1]!.tokens;
    if (pieces[start - 1]!.after === PARAGRAPH) return start - 1;
  }
  const sentence = pieces.slice(start, next).findIndex(({ after }) => after >= SENTENCE);
  return sentence < 0 ? start : start + sentence;
}
