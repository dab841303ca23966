import type { ScoredSpan } from "../text-span.js";

/** What limits the sentences that remain of one document. */
export interface SentenceLimits {
  readonly maxCharacters?: number | undefined;
  readonly maxTokens?: number | undefined;
  readonly threshold?: number | undefined;
  /** If scores are probabilities: the power of the odds that is a sentence's evidence. */
  readonly power?: number | undefined;
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
 * characters, so that a long sentence has to say more than a short one.
 */
const LEAST_EVIDENCE = 0.69;

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
  const byScore = spans.map((_, index) => index).sort((a, b) => spans[b]!.score - spans[a]!.score);
  const isRelevant = relevance(spans, limits);
  const chosen: number[] = [];
  let characters = 0;
  let tokens = 0;
  for (const index of byScore) {
    const span = spans[index]!;
    const isFirst = chosen.length === 0;
    const moreCharacters = span.end - span.start + (isFirst ? 0 : SEPARATOR_LENGTH);
    const moreTokens = estimateTokens(text.slice(span.start, span.end));
    const fits = characters + moreCharacters <= maxCharacters && tokens + moreTokens <= maxTokens;
    if (!isFirst && !(fits && isRelevant(span))) continue;
    chosen.push(index);
    characters += moreCharacters;
    tokens += moreTokens;
  }
  return spans.filter((_, index) => chosen.includes(index));
}

function relevance(spans: readonly ScoredSpan[], limits: SentenceLimits): (span: ScoredSpan) => boolean {
  const { threshold, maxCharacters, maxTokens, power } = limits;
  if (threshold !== undefined) return ({ score }) => score >= threshold;
  if (power === undefined || (maxCharacters ?? maxTokens) !== undefined) return () => true;
  // A tiny number keeps the odds of a certain sentence finite.
  const evidence = ({ score }: ScoredSpan) => (score / (1 - score + 1e-9)) ** power;
  let [all, characters] = [0, 0];
  for (const span of spans) {
    all += evidence(span);
    characters += span.end - span.start;
  }
  return (span) => evidence(span) * characters >= LEAST_EVIDENCE * all * (span.end - span.start);
}
