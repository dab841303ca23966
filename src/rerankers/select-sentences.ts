import type { ScoredSpan } from "../text-span.js";

/** What limits the sentences that remain of one document. */
export interface SentenceLimits {
  readonly maxCharacters?: number | undefined;
  readonly maxTokens?: number | undefined;
  readonly threshold?: number | undefined;
  /** Whether scores are probabilities. */
  readonly isProbability: boolean;
}

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
  { maxCharacters, maxTokens }: Omit<SentenceLimits, "isProbability">,
): number {
  const perToken = (text.match(UNSPACED)?.length ?? 0) > 0 ? 1 : CHARACTERS_PER_TOKEN;
  return Math.min(maxCharacters ?? Number.POSITIVE_INFINITY, (maxTokens ?? Number.POSITIVE_INFINITY) * perToken);
}

/** Odds of a sentence relative to those of the document's best sentence, below which it is left out when nothing else limits them. */
const LEAST_ODDS = 1 / 3;

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
  const isRelevant = relevance(spans[byScore[0]!]?.score, limits);
  const chosen: number[] = [];
  let characters = 0;
  let tokens = 0;
  for (const index of byScore) {
    const { start, end, score } = spans[index]!;
    if (chosen.length > 0 && !isRelevant(score)) break;
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

function relevance(best: number | undefined, limits: SentenceLimits): (score: number) => boolean {
  const { threshold, maxCharacters, maxTokens, isProbability } = limits;
  if (threshold !== undefined) return (score) => score >= threshold;
  if (best === undefined || !isProbability || maxCharacters !== undefined || maxTokens !== undefined) return () => true;
  const odds = (probability: number) => probability / (1 - probability);
  return (score) => odds(score) >= LEAST_ODDS * odds(best);
}
