import { bertNormalize } from "./bert-normalize.js";
import { hashStep, WordCache } from "./word-cache.js";

const PUNCTUATION = /^\p{P}$/u;
const SPACE = /^\s$/u;
const SPACE_CODE = 32;
/** Words of more characters than this are unknown as a whole, as in the reference. */
const LONGEST_WORD = 100;

/** Kinds of characters; a foreign one needs normalising first, and all beyond ASCII are. */
const Kind = { word: 0, space: 1, punctuation: 2, foreign: 3 } as const;

/** Kind of every ASCII character, by its code. */
const ASCII_KINDS = Uint8Array.from({ length: 128 }, (_, code) => kindOf(String.fromCharCode(code)));

function kindOf(character: string): number {
  const code = character.charCodeAt(0);
  if (code < 32 || code === 127) return "\t\n\r".includes(character) ? Kind.space : Kind.foreign;
  const asciiSymbol = code < 128 && code > 32 && !/[A-Za-z0-9]/.test(character);
  if (asciiSymbol || PUNCTUATION.test(character)) return Kind.punctuation;
  return SPACE.test(character) ? Kind.space : Kind.word;
}

/** Where the next plain space stands, or the text ends. */
function endOfStretch(text: string, from: number): number {
  let end = from;
  while (end < text.length && ASCII_KINDS[text.charCodeAt(end)] !== Kind.space) end++;
  return end;
}

/**
 * Word pieces of uncased BERT (Devlin et al., 2019), as row numbers of a vocabulary. Words without a spelling in the vocabulary have no
 * row. No special tokens, no truncation.
 */
export class WordPieces {
  readonly #rows: ReadonlyMap<string, number>;
  readonly #longestPiece: number;
  readonly #words = new WordCache<readonly number[]>();
  readonly #split = (word: string) => this.#pieces(word.toLowerCase());

  /** @param vocabulary Pieces in row order; those that go on a word start with `##`. */
  constructor(vocabulary: readonly string[]) {
    this.#rows = new Map(vocabulary.map((piece, row) => [piece, row]));
    this.#longestPiece = vocabulary.reduce((longest, piece) => Math.max(longest, piece.length), 0);
  }

  /** Calls `visit` with the rows of each word of `text`, in order. The array is shared: do not change it. */
  forEachWord(text: string, visit: (rows: readonly number[]) => void): void {
    let start = 0;
    let hash = 0;
    for (let i = 0; i <= text.length; i++) {
      const code = i < text.length ? text.charCodeAt(i) : SPACE_CODE;
      const kind = code < 128 ? ASCII_KINDS[code] : Kind.foreign;
      if (kind === Kind.word) {
        hash = hashStep(hash, code);
        continue;
      }
      if (kind === Kind.foreign) {
        // Normalising never looks across a space, so only the rest of this stretch takes the slow way.
        i = endOfStretch(text, i);
        this.#normalized(bertNormalize(text.slice(start, i)), visit);
      } else {
        if (i > start) visit(this.#words.get(text, start, i, hash, this.#split));
        if (kind === Kind.punctuation) visit(this.#word(text[i]!));
      }
      start = i + 1;
      hash = 0;
    }
  }

  /** All rows of `text`, in order. */
  rows(text: string): number[] {
    const found: number[] = [];
    this.forEachWord(text, (rows) => found.push(...rows));
    return found;
  }

  #normalized(text: string, visit: (rows: readonly number[]) => void): void {
    let word = "";
    const flush = () => {
      if (word !== "") visit(this.#word(word));
      word = "";
    };
    for (const character of text) {
      const code = character.charCodeAt(0);
      const kind = code < 128 ? ASCII_KINDS[code] : kindOf(character);
      if (kind === Kind.word) {
        word += character;
        continue;
      }
      flush();
      if (kind === Kind.punctuation) visit(this.#word(character));
    }
    flush();
  }

  #word(word: string): readonly number[] {
    let hash = 0;
    for (let i = 0; i < word.length; i++) hash = hashStep(hash, word.charCodeAt(i));
    return this.#words.get(word, 0, word.length, hash, this.#split);
  }

  /** Longest piece first, from the left; a rest that no piece starts makes the whole word unknown. */
  #pieces(word: string): number[] {
    const characters = [...word];
    if (characters.length > LONGEST_WORD) return [];
    const rows: number[] = [];
    for (let start = 0; start < characters.length; ) {
      const prefix = start > 0 ? "##" : "";
      let end = Math.min(characters.length, start + this.#longestPiece);
      let row: number | undefined;
      for (; end > start; end--) {
        row = this.#rows.get(prefix + characters.slice(start, end).join(""));
        if (row !== undefined) break;
      }
      if (row === undefined) return [];
      rows.push(row);
      start = end;
    }
    return rows;
  }
}
