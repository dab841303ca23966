import { segmentsOf } from "./segments.js";
import type { TextSpan } from "./text-span.js";

const SEGMENTER = new Intl.Segmenter(undefined, { granularity: "sentence" });
/**
 * Ends that are not sentence ends: a single letter, an abbreviation with periods inside, a title or another abbreviation after which a
 * name or a number is common, as in "J.", "U.S.", "z. B." or "St.".
 */
const UNFINISHED = /(?:^|[\s(])(?:(?:\p{L}\.)+|(?:St|Mrs?|Sra?|Dr|Prof|Rev|N[or]|vs|al|Mio|Mrd|EE)\.)$/u;
/** Characters that {@link UNFINISHED} looks at, so that a sentence of any length is read once. */
const TAIL = 64;
/** What begins with a lowercase letter continues a sentence. */
const CONTINUED = /^\p{Ll}/u;
/** German dates and centuries, as in "am 8. Februar" and "im 19. Jahrhundert". */
const ORDINAL = /\b\d\d?\. (?:J[aä]n|Feb|Mär|Apr|Mai|Ju[nl]|Aug|Sep|Okt|Nov|Dez|Jahr|Jh)/;

/**
 * Cuts a text into sentences, by the rules of Unicode and with initials kept together. Line breaks end a sentence, so that headings and
 * list items are separate.
 *
 * @param longest Maximum number of UTF-16 code units per sentence. Longer sentences are cut between words.
 * @returns Spans of the sentences without the white space around them, in order. Blank stretches belong to none.
 */
export function cutSentences(text: string, longest = Number.POSITIVE_INFINITY): TextSpan[] {
  const spans: TextSpan[] = [];
  let start = 0;
  for (const { segment, index } of segmentsOf(SEGMENTER, text)) {
    const end = index + segment.length;
    const goesOn =
      UNFINISHED.test(text.slice(start, end).trimEnd().slice(-TAIL)) ||
      CONTINUED.test(text.slice(end, end + 2)) ||
      ORDINAL.test(text.slice(Math.max(0, end - 5), end + 4));
    if (goesOn && !segment.includes("\n")) continue;
    addSpans(spans, text, start, end, longest);
    start = end;
  }
  addSpans(spans, text, start, text.length, longest);
  return spans;
}

function addSpans(spans: TextSpan[], text: string, start: number, end: number, longest: number): void {
  for (const { 0: line, index } of text.slice(start, end).matchAll(/\S(?:[^\n]*\S)?/g)) {
    const first = start + index;
    spans.push(...cutLong(text, { start: first, end: first + line.length }, longest));
  }
}

function* cutLong(text: string, { start, end }: TextSpan, longest: number): Iterable<TextSpan> {
  while (end - start > longest) {
    const room = text.slice(start, start + longest + 1);
    const space = room.search(/\s\S*$/);
    // Without a space, a cut must not divide a surrogate pair.
    const isDivided = /[\uD800-\uDBFF]$/.test(text.slice(start, start + longest));
    const cut = start + (space > 0 ? space : isDivided ? longest - 1 || 2 : longest);
    yield { start, end: cut };
    start = end - text.slice(cut, end).trimStart().length;
  }
  if (end > start) yield { start, end };
}
