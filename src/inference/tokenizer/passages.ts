import type { TextSpan } from "../../text-span.js";

/**
 * A piece is the smallest unit that a passage may begin or end at: a word with the white space before it, or one character of a script
 * that is written without spaces. Combining marks stay with their base character, and surrogates with each other.
 */
const PIECE =
  /\s*(?:[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]\p{M}*|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}])\S){1,64}\p{M}*)|\s+$/gu;

/**
 * Default number of tokens per passage. Nine of ten paragraphs in the training passages of SQuAD and Natural Questions have at most 244,
 * so that they stay whole. In longer passages, the sentences that answer the query are lost among others.
 */
export const PASSAGE_LENGTH = 256;

/** One piece of a text. */
interface Piece {
  start: number;
  end: number;
  tokens: number;
  /** What separates the piece from the previous one. */
  after: Break;
}

/** Kinds of positions to cut at, weakest first. */
type Break = 0 | 1 | 2;
const WORD: Break = 0;
const SENTENCE: Break = 1;
const PARAGRAPH: Break = 2;

/** A passage ends early at a break of this strength if that fills at least this share of its room. */
const LEAST_FILLED: readonly (readonly [Break, number])[] = [
  [PARAGRAPH, 0.5],
  [SENTENCE, 0.75],
];

const PARAGRAPH_BREAK = /^[^\S\n]*\n[^\S\n]*\r?\n|^\s*\r\s*\r/;
const SENTENCE_END = /[.!?…。！？｡؟।][\p{Pe}\p{Pf}"']*$/u;

/**
 * Cuts a text into overlapping passages that fit the model. Spans are exact: `text.slice(start, end)` is what is scored, and together the
 * spans cover the text. Passages end between paragraphs or sentences if possible, because a passage about two subjects is judged by
 * neither. Nothing is repeated across the end of a paragraph. The text is read as passages are taken, so that long texts need no more
 * memory than short ones.
 *
 * @param room Maximum number of tokens per passage.
 * @param overlap Approximate number of tokens that a passage shares with the previous one.
 * @param countTokens Number of tokens of a piece of text. Pieces are counted alone, so that a passage may have a few tokens more or fewer.
 */
export function* cutPassages(
  text: string,
  room: number,
  overlap: number,
  countTokens: (piece: string) => number,
): Iterable<TextSpan> {
  const pieces = new Pieces(readPieces(text, countTokens));
  for (let first = 0; pieces.at(first); ) {
    const last = findEnd(pieces, first, room);
    const isLast = pieces.at(last + 1) === undefined;
    yield {
      start: first === 0 ? 0 : pieces.at(first)!.start,
      end: isLast ? text.length : pieces.at(last)!.end,
    };
    if (isLast) return;
    first = findStart(pieces, first, last + 1, overlap);
    pieces.forget(first);
  }
}

/** A text's pieces by index, read when they are first needed. */
class Pieces {
  readonly #source: Iterator<Piece>;
  #known: Piece[] = [];
  #forgotten = 0;

  constructor(source: Iterator<Piece>) {
    this.#source = source;
  }

  /** The piece at an index that has not been forgotten; undefined after the last one. */
  at(index: number): Piece | undefined {
    while (index - this.#forgotten >= this.#known.length) {
      const { value, done } = this.#source.next();
      if (done) return undefined;
      this.#known.push(value);
    }
    return this.#known[index - this.#forgotten];
  }

  /** Frees the pieces before an index. */
  forget(before: number): void {
    this.#known.splice(0, before - this.#forgotten);
    this.#forgotten = before;
  }
}

function* readPieces(text: string, countTokens: (piece: string) => number): Generator<Piece, undefined> {
  let before = "";
  for (const { 0: piece, index } of text.matchAll(PIECE)) {
    const after = index === 0 || PARAGRAPH_BREAK.test(piece) ? PARAGRAPH : SENTENCE_END.test(before) ? SENTENCE : WORD;
    before = piece;
    yield { start: index, end: index + piece.length, tokens: countTokens(piece), after };
  }
}

/** The last piece of the passage that begins at `first`. */
function findEnd(pieces: Pieces, first: number, room: number): number {
  let tokens = pieces.at(first)!.tokens;
  let last = first;
  const breaks: { at: number; tokens: number; strength: Break }[] = [];
  for (let next = pieces.at(last + 1); next && tokens + next.tokens <= room; next = pieces.at(last + 1)) {
    breaks.push({ at: last, tokens, strength: next.after });
    tokens += next.tokens;
    last += 1;
  }
  const following = pieces.at(last + 1);
  if (!following) return last;
  breaks.push({ at: last, tokens, strength: following.after });
  for (const [strength, filled] of LEAST_FILLED) {
    const found = breaks.findLast((candidate) => candidate.strength >= strength && candidate.tokens >= room * filled);
    if (found) return found.at;
  }
  return last;
}

/** Where the next passage begins: `overlap` tokens earlier, at the beginning of a sentence if there is one. */
function findStart(pieces: Pieces, first: number, next: number, overlap: number): number {
  if (pieces.at(next)!.after === PARAGRAPH) return next;
  let start = next;
  for (let shared = 0; start - 1 > first && shared + pieces.at(start - 1)!.tokens <= overlap; start--) {
    shared += pieces.at(start - 1)!.tokens;
    if (pieces.at(start - 1)!.after === PARAGRAPH) return start - 1;
  }
  for (let sentence = start; sentence < next; sentence++) if (pieces.at(sentence)!.after >= SENTENCE) return sentence;
  return start;
}
