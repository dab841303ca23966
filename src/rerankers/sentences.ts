import type { TextSpan } from "../text-span.js";

const SEGMENTER = new Intl.Segmenter(undefined, { granularity: "sentence" });
/** Ends that are not sentence ends: an initial, an abbreviation with periods inside or a title, as in "J.", "U.S." or "St.". */
const UNFINISHED = /(?:^|[\s(])(?:(?:\p{Lu}\.)+|(?:St|Mrs?|Ms|Dr|Prof|Rev|Gen|Gov|Lt|Col|vs|No)\.)\s*$/u;
/** What begins with a lowercase letter goes on a sentence. */
const CONTINUED = /^\p{Ll}/u;

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
  for (const { segment, index } of SEGMENTER.segment(text)) {
    const end = index + segment.length;
    if (!segment.includes("\n") && (UNFINISHED.test(text.slice(start, end)) || CONTINUED.test(text.slice(end))))
      continue;
    addSpans(spans, text, start, end, longest);
    start = end;
  }
  addSpans(spans, text, start, text.length, longest);
  return spans;
}

function addSpans(spans: TextSpan[], text: string, start: number, end: number, longest: number): void {
  for (const line of text.slice(start, end).matchAll(/[^\n]+/g)) {
    const trimmed = line[0].trim();
    if (trimmed === "") continue;
    const first = start + line.index + line[0].indexOf(trimmed);
    spans.push(...cutLong(text, { start: first, end: first + trimmed.length }, longest));
  }
}

function* cutLong(text: string, { start, end }: TextSpan, longest: number): Iterable<TextSpan> {
  while (end - start > longest) {
    const room = text.slice(start, start + longest + 1);
    const space = Math.max(room.lastIndexOf(" "), room.lastIndexOf("\t"));
    const cut = space > 0 ? start + space : start + wholeCharacters(text, start, longest);
    yield { start, end: cut };
    start = cut + (/^\s*/.exec(text.slice(cut, end))?.[0].length ?? 0);
  }
  if (end > start) yield { start, end };
}

/** Length of a cut that does not divide a surrogate pair. */
function wholeCharacters(text: string, start: number, longest: number): number {
  const isDivided = /[\uD800-\uDBFF]/.test(text[start + longest - 1] ?? "");
  return isDivided ? Math.max(longest - 1, 2) : longest;
}
