import { segmentsOf } from "../../segments.js";
import type { TextSpan } from "../../text-span.js";

/** Number of characters below which a sentence is joined with the next: a heading or a "Yes." says little alone. */
const LEAST = 40;
/** Maximum number of passages per text, so that a book costs no more than a long page. */
const MOST_PASSAGES = 48;

/** Ends a sentence, with or without a closing quote or bracket after it. */
const SENTENCE_END = /[.!?…。！？｡؟।:][\p{Pe}\p{Pf}"']*$/u;

/**
 * Sentences of a text, or groups of them where they are short or very many. Headings, which are short lines without a full stop, belong to
 * no passage unless there is nothing else. Spans are exact, in order, do not overlap, and hold no white space at their ends. A text of one
 * sentence has one passage.
 *
 * @param within Only this part of the text.
 */
export function cutSentences(text: string, within: TextSpan = { start: 0, end: text.length }): TextSpan[] {
  const part = text.slice(within.start, within.end);
  const least = Math.max(LEAST, part.length / MOST_PASSAGES);
  const spans: TextSpan[] = [];
  let open: TextSpan | undefined;
  for (const sentence of withoutHeadings(part, sentences(part))) {
    const joined: TextSpan = open ? { start: open.start, end: sentence.end } : sentence;
    open = width(part, joined) < least ? joined : undefined;
    if (!open) spans.push(joined);
  }
  // The rest is too short to be a passage.
  if (open) {
    const last = spans.pop();
    spans.push(last ? { start: last.start, end: open.end } : open);
  }
  return spans.map(({ start, end }) => ({ start: start + within.start, end: end + within.start }));
}

/** A Chinese or Japanese character counts as two Latin letters. */
function width(text: string, { start, end }: TextSpan): number {
  const body = text.slice(start, end);
  return body.length + (body.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu)?.length ?? 0);
}

function withoutHeadings(text: string, all: TextSpan[]): TextSpan[] {
  const prose = all.filter(({ start, end }, at) => {
    const line = text.slice(start, end);
    const alone = at + 1 < all.length && text.slice(end, all[at + 1]!.start).includes("\n");
    return !alone || SENTENCE_END.test(line) || width(text, { start, end }) >= 2 * LEAST;
  });
  return prose.length > 0 ? prose : all;
}

function sentences(text: string): TextSpan[] {
  const segments = segmentsOf(new Intl.Segmenter(undefined, { granularity: "sentence" }), text);
  return Array.from(segments, ({ segment, index }) => {
    const start = index + segment.length - segment.trimStart().length;
    return { start, end: Math.max(start, index + segment.trimEnd().length) };
  }).filter(({ start, end }) => end > start);
}
