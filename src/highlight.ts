import { InvalidInputError } from "./errors.js";
import type { TextSpan } from "./text-span.js";

/** Options of {@link highlight}. */
export interface HighlightOptions {
  /** Put before the passage. @default "**" */
  before?: string;
  /** Put after the passage. @default "**" */
  after?: string;
  /** Characters of the text to keep on either side, up to the next word's edge. @default all */
  context?: number;
  /** Stands for what is left out. @default "…" */
  ellipsis?: string;
}

/**
 * Marks a passage in its text, such as the one that a long document's score comes from.
 *
 * @param text The text that was scored.
 * @param passage `metadata.rerank.passage`, in UTF-16 code units. White space at its ends stays outside the marks.
 * @throws InvalidInputError for a passage that does not lie in the text.
 * @example
 * const [best] = (await reranker.rerank(documents, query)).documents; // longDocuments: "max-passage", details: true
 * highlight(best.pageContent, best.metadata.rerank.passage, { context: 80 });
 */
export function highlight(text: string, passage: TextSpan, options: HighlightOptions = {}): string {
  const { before = "**", after = "**", context = Number.POSITIVE_INFINITY, ellipsis = "…" } = options;
  const { start, end } = passage;
  if (!(Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start <= end && end <= text.length)) {
    throw new InvalidInputError("passage", `${start}–${end} does not lie in a text of ${text.length} characters.`);
  }
  const body = text.slice(start, end);
  const lead = body.length - body.trimStart().length;
  const core = body.trim();
  const head = text.slice(0, start + lead);
  const tail = text.slice(start + lead + core.length);
  const kept = { head: keepEnd(head, context, ellipsis), tail: keepStart(tail, context, ellipsis) };
  return core === "" ? kept.head + kept.tail : kept.head + before + core + after + kept.tail;
}

/** A word's characters in any script, marks and surrogate pairs included. */
const WORD = /[\p{L}\p{M}\p{N}_]/u;

function keepStart(text: string, characters: number, ellipsis: string): string {
  if (text.length <= characters) return text;
  return text.slice(0, edge(text, characters)) + ellipsis;
}

function keepEnd(text: string, characters: number, ellipsis: string): string {
  if (text.length <= characters) return text;
  return ellipsis + text.slice(edge(text, text.length - characters));
}

/** The nearest place at or after `at` that does not cut a word or a character in two; scripts without spaces are cut between graphemes. */
function edge(text: string, at: number): number {
  const words = new Intl.Segmenter(undefined, { granularity: "word" });
  const around = words.segment(text).containing(at);
  if (!around || around.index === at) return at;
  return WORD.test(around.segment) || around.segment.length > 1 ? around.index + around.segment.length : at;
}
