import { InvalidResponseError } from "../../errors.js";
import { expecting } from "../../options.js";
import { addNumbers } from "../join-reports.js";
import type { ScorerReport } from "../relevance-scorer.js";
import type { Answer } from "./answer.js";
import type { Outcome } from "./client.js";

/** One score of an answer, with the index of its text in the request. */
export interface IndexedScore {
  index: number;
  score: number;
}

/** Converts what a server sends to `sim`: `"sigmoid"` for servers that send logits, or a function. */
export type Activation = "identity" | "sigmoid" | ((score: number) => number);

/** Checks an {@link Activation}. */
export const activationCheck = expecting(
  '"identity", "sigmoid", or a function from number to number',
  (value) => value === "identity" || value === "sigmoid" || typeof value === "function",
);

const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

/** The function of an activation; `undefined` if scores stay as they are. */
export function resolveActivation(activation: Activation | undefined): ((score: number) => number) | undefined {
  if (activation === "sigmoid") return sigmoid;
  return typeof activation === "function" ? activation : undefined;
}

/** Applies an activation. @throws InvalidResponseError if it returns something other than a finite number. */
export function activate(backend: string, activation: (score: number) => number, raw: readonly number[]): number[] {
  return raw.map((value) => {
    const score = activation(value);
    if (!Number.isFinite(score))
      throw new InvalidResponseError(backend, `\`activation\` turned the score ${value} into ${score}`);
    return score;
  });
}

/**
 * Orders scores by the index of their text, and never by a text that an answer echoes.
 *
 * @returns `count` finite numbers.
 * @throws InvalidResponseError unless every text has exactly one score.
 */
export function scatter(backend: string, results: readonly IndexedScore[], count: number): number[] {
  const scores = new Array<number | undefined>(count);
  for (const { index, score } of results) {
    if (!Number.isInteger(index) || index < 0 || index >= count)
      throw new InvalidResponseError(backend, `it has index ${index} for ${count} texts`);
    if (scores[index] !== undefined) throw new InvalidResponseError(backend, `it has index ${index} twice`);
    if (!Number.isFinite(score)) throw new InvalidResponseError(backend, `the score of text ${index} is ${score}`);
    scores[index] = score;
  }
  if (results.length !== count) {
    const advice =
      "Does the server cut the list? All texts must come back, so remove its limit or lower `maxBatchSize`.";
    throw new InvalidResponseError(backend, `it has ${results.length} scores for ${count} texts. ${advice}`);
  }
  return scores as number[];
}

/** The scores of one call with their context, for {@link scoreWarnings}. */
export interface ScoredTexts {
  texts: readonly string[];
  raw: readonly number[];
  activation: Activation | undefined;
  /** True if the server is known to send 0 to 1. */
  probabilities: boolean;
}

/** Warnings about scores that are valid numbers and yet probably not what was meant. */
export function scoreWarnings({ texts, raw, activation, probabilities }: ScoredTexts): string[] {
  const warnings: string[] = [];
  const between = raw.every((score) => score >= 0 && score <= 1);
  if (activation === "sigmoid" && between && (probabilities || raw.length > 1)) {
    warnings.push(
      'The server sent scores between 0 and 1, and `activation: "sigmoid"` squashed them again. Remove `activation`, or have the server send logits.',
    );
  }
  if (raw.length > 1 && raw.every((score) => score === raw[0]) && texts.some((text) => text !== texts[0]))
    warnings.push(`All ${raw.length} texts have the score ${raw[0]}, so the order says nothing.`);
  return warnings;
}

/**
 * What the call cost, under the provider's names: the numbers of `usage`, `meta.billed_units`, `meta.tokens` and `tokens`, and token
 * counts at the top level.
 */
export function readUsage(json: unknown): Record<string, number> {
  const body = asRecord(json);
  const meta = asRecord(body.meta);
  const top = Object.entries(body).filter(([key]) =>
    /^(input_tokens|input_token_count|total_tokens|total_bytes)$/.test(key),
  );
  const parts = [meta.billed_units, meta.tokens, body.tokens, body.usage].map(asRecord);
  const entries = [...top, ...parts.flatMap((part) => Object.entries(part))];
  return Object.fromEntries(entries.filter(([, value]) => Number.isFinite(value))) as Record<string, number>;
}

/** The sentences that a server adds to an answer in `meta.warnings`, as Cohere's API and `langchain-rerank serve` do. */
export function readWarnings({ json, redact }: Pick<Answer, "json" | "redact">): string[] {
  const { warnings } = asRecord(asRecord(json).meta);
  return Array.isArray(warnings) ? warnings.filter((warning) => typeof warning === "string").map(redact) : [];
}

/** The report of a call: its requests, the sum of `usage`, and `warnings`. The last two are absent if there are none. */
export function requestReport(
  model: string,
  { requests, retries, milliseconds }: Outcome<unknown>,
  usage: readonly Readonly<Record<string, number>>[] = [],
  warnings: readonly string[] = [],
): ScorerReport {
  const sums = addNumbers(usage);
  return {
    model,
    batches: requests,
    retries,
    milliseconds: { request: milliseconds },
    ...(Object.keys(sums).length > 0 ? { usage: sums } : {}),
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

/** The value as a record; an empty one if it is not an object. */
export function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
