import { segmentsOf } from "../../../segments.js";
import type { ScoredSpan, TextSpan } from "../../../text-span.js";
import type { Comparison } from "./comparison.js";
import { comparePartsInContext } from "./score-parts.js";

const SEGMENTER = new Intl.Segmenter(undefined, { granularity: "word" });

/** A word, or what stands between two words. */
interface Segment extends TextSpan {
  isWord: boolean;
}

/** Segments without white space. Punctuation is separate, so that its tokens do not count for a word. */
function cutSegments(text: string): Segment[] {
  const segments: Segment[] = [];
  for (const { segment, index, isWordLike } of segmentsOf(SEGMENTER, text)) {
    if (segment.trim() !== "")
      segments.push({ start: index, end: index + segment.length, isWord: isWordLike === true });
  }
  return segments;
}

/**
 * Finds the word of each text that matches each word of the query best, by the cosine of their vectors in context; a word of several tokens
 * has the mean over its own tokens.
 *
 * @returns One list per text, best match first. A word that matches several words of the query occurs once for each.
 */
export async function findMatches(call: Comparison, query: string, texts: readonly string[]): Promise<ScoredSpan[][]> {
  const words = cutSegments(query);
  const rows = await call.encoder.queryRows(query, words, call.signal);
  const parted = texts.map((text) => ({ text, parts: cutSegments(text) }));
  const compared = await comparePartsInContext(call, parted);
  return parted.map(({ parts }, text) => {
    const candidates = parts.flatMap(({ isWord, start, end }, index) => {
      const { cosines } = compared[text]![index]!;
      return isWord && cosines.length > 0 ? [{ start, end, cosines }] : [];
    });
    return words
      .flatMap(({ isWord, start, end }, index) => {
        const [from, to] = rows[index]!;
        if (!isWord || to <= from || candidates.length === 0) return [];
        const scored = candidates.map(
          (word): ScoredSpan => ({
            ...{ start: word.start, end: word.end },
            score: word.cosines.slice(from, to).reduce((sum, cosine) => sum + cosine, 0) / (to - from),
            query: { start, end },
          }),
        );
        return [scored.reduce((best, next) => (next.score > best.score ? next : best))];
      })
      .sort((a, b) => b.score - a.score);
  });
}
