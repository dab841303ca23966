import { bertNormalize } from "./bert-normalize.js";

/** Texts of nothing but these need no normalising beyond lower case. */
const BEYOND_ASCII = /[^\t\n\r\x20-\x7e]/;
const PUNCTUATION = /^\p{P}$/u;
const SPACE = /^\s$/u;
/** Words of more characters than this are unknown as a whole, as in the reference. */
const LONGEST_WORD = 100;
/** Distinct words whose pieces are kept; natural text seldom has more in use at one time. */
const CACHED_WORDS = 65_536;

enum Kind {
  word = 0,
  space = 1,
  punctuation = 2,
}

/** Kind of every ASCII character, by its code. */
const ASCII_KINDS = Uint8Array.from({ length: 128 }, (_, code) => kindOf(String.fromCharCode(code)));

function kindOf(character: string): Kind {
  const code = character.charCodeAt(0);
  const asciiSymbol = code < 128 && code > 32 && !/[A-Za-z0-9\x7f]/.test(character);
  if (asciiSymbol || PUNCTUATION.test(character)) return Kind.punctuation;
  return SPACE.test(character) ? Kind.space : Kind.word;
}

/**
 * Word pieces of uncased BERT (Devlin et al., 2019), as row numbers of a vocabulary. Words without a spelling in the vocabulary have no
 * row. No special tokens, no truncation.
 */
export class WordPieces {
  readonly #rows: ReadonlyMap<string, number>;
  readonly #longestPiece: number;
  readonly #words = new Map<string, readonly number[]>();

  /** @param vocabulary Pieces in row order; those that go on a word start with `##`. */
  constructor(vocabulary: readonly string[]) {
    this.#rows = new Map(vocabulary.map((piece, row) => [piece, row]));
    this.#longestPiece = vocabulary.reduce((longest, piece) => Math.max(longest, piece.length), 0);
  }

  /** Calls `visit` with the rows of each word of `text`, in order. The array is shared: do not change it. */
  forEachWord(text: string, visit: (rows: readonly number[]) => void): void {
    if (BEYOND_ASCII.test(text)) this.#unicode(bertNormalize(text), visit);
    else this.#ascii(text.toLowerCase(), visit);
  }

  /** All rows of `text`, in order. */
  rows(text: string): number[] {
    const found: number[] = [];
    this.forEachWord(text, (rows) => found.push(...rows));
    return found;
  }

  #ascii(text: string, visit: (rows: readonly number[]) => void): void {
    let start = 0;
    for (let i = 0; i < text.length; i++) {
      const kind = ASCII_KINDS[text.charCodeAt(i)];
      if (kind === Kind.word) continue;
      if (i > start) visit(this.#word(text.slice(start, i)));
      if (kind === Kind.punctuation) visit(this.#word(text[i]!));
      start = i + 1;
    }
    if (text.length > start) visit(this.#word(text.slice(start)));
  }

  #unicode(text: string, visit: (rows: readonly number[]) => void): void {
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
    const known = this.#words.get(word);
    if (known) return known;
    if (this.#words.size >= CACHED_WORDS) this.#words.clear();
    const rows = this.#split(word);
    this.#words.set(word, rows);
    return rows;
  }

  /** Longest piece first, from the left; a rest that no piece starts makes the whole word unknown. */
  #split(word: string): number[] {
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
