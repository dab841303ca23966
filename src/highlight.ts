import { InvalidInputError } from "./errors.js";
import { type Checks, checkOptions, checkText, expecting } from "./options.js";
import type { TextSpan } from "./text-span.js";

/** Options of {@link highlight}. */
export interface HighlightOptions {
  /** String before the passage. @default "**" */
  before?: string;
  /** String after the passage. @default "**" */
  after?: string;
  /** Number of characters to keep on either side, extended to whole words. @default all */
  context?: number;
  /** String in place of the text that is left out. @default "…" */
  ellipsis?: string;
}

const string = expecting("a string", (value) => typeof value === "string");
const CHECKS = {
  before: string,
  after: string,
  context: expecting("a number of characters, 0 or more", (value) => typeof value === "number" && value >= 0),
  ellipsis: string,
} satisfies Checks<Required<HighlightOptions>>;

/**
 * Marks a passage in its text, such as the one that a long document's score comes from, or several, such as `metadata.rerank.spans`.
 *
 * @param text The text that was scored.
 * @param passages `metadata.rerank.passage` or a list of spans in any order, in UTF-16 code units. What two spans share is marked
 * once. White space at the ends of a passage is left outside the marks. Without a passage, as for a text that fits the model, nothing is
 * marked, and `context` counts from the start of the text.
 * @throws InvalidInputError if the text is not a string, or a passage is not a part of it.
 * @throws InvalidOptionError for an unknown option, or a value that is not allowed.
 * @example
 * const [best] = (await reranker.rerank(documents, query)).documents; // longDocuments: "max-passage", details: true
 * highlight(best.pageContent, best.metadata.rerank.passage, { context: 80 });
 */
export function highlight(
  text: string,
  passages: TextSpan | readonly TextSpan[] | undefined,
  options: HighlightOptions = {},
): string {
  checkText(text, "text");
  checkOptions(options, CHECKS, "highlight");
  const { before = "**", after = "**", context = Number.POSITIVE_INFINITY, ellipsis = "…" } = options;
  let shown = "";
  let from = 0;
  for (const { start, end } of [passages ?? []].flat().sort((a, b) => a.start - b.start)) {
    if (!([start, end].every(Number.isInteger) && start >= 0 && start <= end && end <= text.length)) {
      throw new InvalidInputError("passage", `${start}–${end} is not a part of a text of ${text.length} characters.`);
    }
    const body = text.slice(Math.max(start, from), end);
    const core = body.trim();
    if (core === "") continue;
    const first = text.indexOf(core, Math.max(start, from));
    const gap = text.slice(from, first);
    if (from === 0 || gap.length > 2 * context) {
      shown += (from > 0 ? keepStart(gap, context, "") : "") + keepEnd(gap, context, ellipsis);
    } else shown += gap;
    shown += before + core + after;
    from = first + core.length;
  }
  return shown + keepStart(text.slice(from), context, ellipsis);
}

/** A character of a word in any script. */
const WORD = /[\p{L}\p{M}\p{N}_]/u;

function keepStart(text: string, characters: number, ellipsis: string): string {
  if (text.length <= characters) return text;
  return text.slice(0, edge(text, characters)) + ellipsis;
}

function keepEnd(text: string, characters: number, ellipsis: string): string {
  if (text.length <= characters) return text;
  return ellipsis + text.slice(edge(text, text.length - characters));
}

/** The nearest index at or after `at` that splits no word and no character; scripts without spaces are split between graphemes. */
function edge(text: string, at: number): number {
  const words = new Intl.Segmenter(undefined, { granularity: "word" });
  const around = words.segment(text).containing(at);
  if (!around || around.index === at) return at;
  return WORD.test(around.segment) || around.segment.length > 1 ? around.index + around.segment.length : at;
}
