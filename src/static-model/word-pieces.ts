import { bertNormalizer } from "../inference/tokenizer/normalizers/bert.js";
import { PieceIndex } from "./piece-index.js";
import { hashStep, WordCache } from "./word-cache.js";

const PUNCTUATION = /^\p{P}$/u;
const SPACE = /^\s$/u;
const SPACE_CODE = 32;
/** Words with more characters are unknown, as in the reference implementation. */
const LONGEST_WORD = 100;

/** Kinds of characters. A foreign character has to be normalized first; all characters beyond ASCII are foreign. */
const Kind = { word: 0, space: 1, punctuation: 2, foreign: 3 } as const;

/** The kind of each ASCII character, by its code. */
const ASCII_KINDS = Uint8Array.from({ length: 128 }, (_, code) => kindOf(String.fromCharCode(code)));

const normalize = bertNormalizer({});

function kindOf(character: string): number {
  const code = character.charCodeAt(0);
  if (code < 32 || code === 127) return "\t\n\r".includes(character) ? Kind.space : Kind.foreign;
  const asciiSymbol = code < 128 && code > 32 && !/[A-Za-z0-9]/.test(character);
  if (asciiSymbol || PUNCTUATION.test(character)) return Kind.punctuation;
  return SPACE.test(character) ? Kind.space : Kind.word;
}

/** Index of the next ASCII white space, or of the end of the text. */
function endOfStretch(text: string, from: number): number {
  let end = from;
  while (end < text.length && ASCII_KINDS[text.charCodeAt(end)] !== Kind.space) end++;
  return end;
}

/**
 * Word pieces of uncased BERT (Devlin et al., 2019), as row numbers of a vocabulary. Words that the vocabulary cannot spell have no rows. No
 * special tokens, no truncation.
 */
export class WordPieces {
  /** Pieces that begin a word, and those that continue one, without their `##`. */
  readonly #first: PieceIndex;
  readonly #next: PieceIndex;
  /** Hashes of the beginnings of a word's rest, by length. */
  readonly #hashes: Int32Array;
  readonly #words = new WordCache<readonly number[]>();
  readonly #split = (word: string) => this.#pieces(word.toLowerCase());
  /** The rows found so far. Reused by the next text. */
  #found = new Int32Array(1024);
  #count = 0;

  /** @param vocabulary Pieces in row order. Those that continue a word start with `##`. */
  constructor(vocabulary: readonly string[]) {
    const continues = (piece: string) => piece.length > 2 && piece.startsWith("##");
    const rows = vocabulary.map((piece, row) => [piece, row] as const);
    this.#first = new PieceIndex(rows.filter(([piece]) => !continues(piece)));
    this.#next = new PieceIndex(
      rows.filter(([piece]) => continues(piece)).map(([piece, row]) => [piece.slice(2), row] as const),
    );
    this.#hashes = new Int32Array(vocabulary.reduce((longest, piece) => Math.max(longest, piece.length), 0) + 1);
  }

  /** The rows of a text's word pieces, in order. The array is reused by the next call. */
  rows(text: string): Int32Array {
    this.#count = 0;
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
        // Normalization never looks across white space, so only the rest of this stretch takes the slow path.
        i = endOfStretch(text, i);
        this.#normalized(normalize(text.slice(start, i)));
      } else {
        if (i > start) this.#append(this.#words.get(text, start, i, hash, this.#split));
        if (kind === Kind.punctuation) this.#append(this.#word(text[i]!));
      }
      start = i + 1;
      hash = 0;
    }
    return this.#found.subarray(0, this.#count);
  }

  #append(rows: readonly number[]): void {
    if (this.#count + rows.length > this.#found.length) {
      const larger = new Int32Array(2 * (this.#count + rows.length));
      larger.set(this.#found);
      this.#found = larger;
    }
    for (let i = 0; i < rows.length; i++) this.#found[this.#count++] = rows[i]!;
  }

  #normalized(text: string): void {
    let word = "";
    const flush = () => {
      if (word !== "") this.#append(this.#word(word));
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
      if (kind === Kind.punctuation) this.#append(this.#word(character));
    }
    flush();
  }

  #word(word: string): readonly number[] {
    let hash = 0;
    for (let i = 0; i < word.length; i++) hash = hashStep(hash, word.charCodeAt(i));
    return this.#words.get(word, 0, word.length, hash, this.#split);
  }

  /** Takes the longest piece first, from the left. If no piece fits the rest of a word, the whole word is unknown. */
  #pieces(word: string): number[] {
    // Characters are code points; no piece of a vocabulary begins or ends inside one.
    const characters = word.length > LONGEST_WORD ? [...word].length : word.length;
    if (characters > LONGEST_WORD) return [];
    const rows: number[] = [];
    for (let start = 0; start < word.length; ) {
      const pieces = start > 0 ? this.#next : this.#first;
      const hashes = this.#hashes;
      let end = Math.min(word.length, start + hashes.length - 1);
      for (let i = start; i < end; i++) hashes[i - start + 1] = hashStep(hashes[i - start]!, word.charCodeAt(i));
      let row = -1;
      for (; end > start; end--) {
        row = pieces.find(word, start, end, hashes[end - start]!);
        if (row >= 0) break;
      }
      if (row < 0) return [];
      rows.push(row);
      start = end;
    }
    return rows;
  }
}
