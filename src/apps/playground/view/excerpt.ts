import type { TextSpan } from "../../../text-span.js";

/** Characters that a folded card shows. */
export const FOLDED = 260;
/** Number of those characters that come before a passage that begins later. */
const LEAD = 60;

/** What is shown of a text, in three parts; the middle one is marked. */
export interface Excerpt {
  before: string;
  marked: string;
  after: string;
  /** Something is left out. */
  cut: boolean;
}

/** A text around its passage, cut to a card's size between words; or whole. */
export function excerpt(text: string, passage: TextSpan | undefined, whole: boolean): Excerpt {
  const { start, end } = passage ?? { start: 0, end: 0 };
  const parts = { before: text.slice(0, start), marked: text.slice(start, end), after: text.slice(end) };
  // A few words left out would not be worth the press of a button.
  if (whole || text.length <= FOLDED * 1.2) return { ...parts, cut: false };
  const from = end <= FOLDED ? 0 : wordEdge(text, Math.max(0, start - LEAD));
  const to = wordEdge(text, Math.max(from + FOLDED, Math.min(end, from + LEAD + FOLDED)));
  return {
    before: (from > 0 ? "… " : "") + tight(text.slice(from, start).trimStart()),
    marked: tight(text.slice(Math.max(from, start), Math.min(end, to))),
    after: tight(text.slice(Math.min(Math.max(end, from), to), to)) + (to < text.length ? " …" : ""),
    cut: from > 0 || to < text.length,
  };
}

/** Without blank lines, which would take up much of a folded card. */
function tight(text: string): string {
  return text.replace(/\n\s*\n/g, "\n");
}

/** The end of the word or character at an index, within a few characters. */
function wordEdge(text: string, at: number): number {
  if (at <= 0 || at >= text.length) return Math.max(0, Math.min(at, text.length));
  const ahead = /^\S{0,24}(?=\s|$)/.exec(text.slice(at, at + 25))?.[0].length ?? 0;
  const edge = at + ahead;
  // Never between the two halves of a character beyond the basic plane.
  return /[\uDC00-\uDFFF]/.test(text.charAt(edge)) ? edge + 1 : edge;
}
