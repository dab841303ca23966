import type { ScoredSpan } from "../text-span.js";

/** What limits the sentences that remain of one document. */
export interface SentenceLimits {
  readonly maxCharacters?: number | undefined;
  readonly maxTokens?: number | undefined;
  readonly threshold?: number | undefined;
  /** If scores are probabilities: the power of the odds that is a sentence's evidence, see {@link EVIDENCE_POWERS}. */
  readonly power?: number | undefined;
}

/**
 * Scores of sentences read in the context of their text lie closer together than those of sentences read alone, so the odds are raised to a
 * power. Fitted on SQuAD's training paragraphs, so that the same {@link LEAST_EVIDENCE} keeps about the same share of the characters.
 */
export const EVIDENCE_POWERS = { alone: 1, inContext: 3 } as const;

const CHARACTERS_PER_TOKEN = 4;
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/gu;

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
const LEAST_EVIDENCE = 0.85;

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
    const { start, end } = spans[index]!;
    if (chosen.length > 0 && !isRelevant(spans[index]!)) continue;
    const separator = chosen.length > 0 ? SEPARATOR_LENGTH : 0;
    const more = { characters: end - start + separator, tokens: estimateTokens(text.slice(start, end)) };
    const fits = characters + more.characters <= maxCharacters && tokens + more.tokens <= maxTokens;
    if (chosen.length > 0 && !fits) continue;
    chosen.push(index);
    characters += more.characters;
    tokens += more.tokens;
  }
  return chosen.sort((a, b) => a - b).map((index) => spans[index]!);
}

function relevance(spans: readonly ScoredSpan[], limits: SentenceLimits): (span: ScoredSpan) => boolean {
  const { threshold, maxCharacters, maxTokens, power } = limits;
  if (threshold !== undefined) return ({ score }) => score >= threshold;
  if (power === undefined || maxCharacters !== undefined || maxTokens !== undefined) return () => true;
  // Relative to the best score, so that the odds of a certain sentence are finite.
  const best = Math.max(...spans.map(({ score }) => score));
  const odds = (probability: number) => probability / (1 - Math.min(probability, 1 - Number.EPSILON));
  const evidence = ({ score }: ScoredSpan) => (odds(score) / odds(best)) ** power;
  const length = ({ start, end }: ScoredSpan) => end - start;
  const sum = (of: (span: ScoredSpan) => number) => spans.reduce((total, span) => total + of(span), 0);
  const least = (LEAST_EVIDENCE * sum(evidence)) / sum(length);
  return (span) => evidence(span) >= least * length(span);
}
