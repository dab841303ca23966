import type { ScoredSpan } from "../text-span.js";

/** What limits the sentences that remain of one document. */
export interface SentenceLimits {
  readonly maxCharacters?: number | undefined;
  readonly maxTokens?: number | undefined;
  readonly threshold?: number | undefined;
  /** The logarithm of each sentence's odds to hold the answer, up to a constant. It decides if nothing else limits the sentences. */
  readonly evidence?: readonly number[] | undefined;
}

const CHARACTERS_PER_TOKEN = 4;
/** Thai, kana, Han and Hangul. */
const UNSPACED = /[\u0E00-\u0E7F\u3040-\u9FFF\uAC00-\uD7AF]/g;

/** Estimated tokens, without a tokenizer: one per four characters, and one per character of scripts that are written without spaces. */
function estimateTokens(text: string): number {
  const unspaced = text.match(UNSPACED)?.length ?? 0;
  return unspaced + Math.ceil((text.length - unspaced) / CHARACTERS_PER_TOKEN);
}

/** Maximum number of characters of one sentence, so that a longer sentence is cut instead of exceeding the limit. */
export function longestSentence(
  text: string,
  { maxCharacters, maxTokens }: Pick<SentenceLimits, "maxCharacters" | "maxTokens">,
): number {
  const perToken = (text.match(UNSPACED)?.length ?? 0) > 0 ? 1 : CHARACTERS_PER_TOKEN;
  return Math.min(maxCharacters ?? Number.POSITIVE_INFINITY, (maxTokens ?? Number.POSITIVE_INFINITY) * perToken);
}

/**
 * When nothing else limits the sentences, those remain whose share of the document's evidence is at least this fraction of their share of its
 * characters, so that a long sentence has to say more than a short one. Of SQuAD's training paragraphs, on which it was chosen, about 38%
 * of the characters remain.
 */
const LEAST_EVIDENCE = 0.45;

/** Separates two sentences in the pruned text. */
const SEPARATOR_LENGTH = 1;

/**
 * Chooses the sentences that remain of a document, best first until a limit is reached. The best one always remains, so that no document
 * becomes empty.
 *
 * @param spans The document's sentences with their scores, in order.
 * @returns The chosen sentences in their original order.
 */
export function selectSentences(text: string, spans: readonly ScoredSpan[], limits: SentenceLimits): ScoredSpan[] {
  const { maxCharacters = Number.POSITIVE_INFINITY, maxTokens = Number.POSITIVE_INFINITY } = limits;
  const worth = limits.evidence ?? spans.map(({ score }) => score);
  const byWorth = spans.map((_, index) => index).sort((a, b) => worth[b]! - worth[a]!);
  const isRelevant = relevance(spans, limits);
  const chosen: number[] = [];
  let characters = 0;
  let tokens = 0;
  for (const index of byWorth) {
    const span = spans[index]!;
    const isFirst = chosen.length === 0;
    const moreCharacters = span.end - span.start + (isFirst ? 0 : SEPARATOR_LENGTH);
    const moreTokens = estimateTokens(text.slice(span.start, span.end));
    const fits = characters + moreCharacters <= maxCharacters && tokens + moreTokens <= maxTokens;
    if (!isFirst && !(fits && isRelevant(index))) continue;
    chosen.push(index);
    characters += moreCharacters;
    tokens += moreTokens;
  }
  return spans.filter((_, index) => chosen.includes(index));
}

function relevance(spans: readonly ScoredSpan[], limits: SentenceLimits): (index: number) => boolean {
  const { threshold, evidence } = limits;
  if (threshold !== undefined) return (index) => spans[index]!.score >= threshold;
  if (!evidence || (limits.maxCharacters ?? limits.maxTokens) !== undefined) return () => true;
  const highest = Math.max(...evidence);
  let [all, characters] = [0, 0];
  const density = spans.map(({ start, end }, index) => {
    const odds = Math.exp(evidence[index]! - highest);
    all += odds;
    characters += end - start;
    return odds / (end - start);
  });
  return (index) => density[index]! * characters >= LEAST_EVIDENCE * all;
}
