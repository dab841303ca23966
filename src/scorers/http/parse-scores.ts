import { BackendError, InvalidResponseError } from "../../errors.js";
import { type Answer, errorMessage } from "../remote/exchange.js";

/** One score of an answer, by the position of its text in the request. */
export interface IndexedScore {
  index: number;
  score: number;
}

const LISTS: readonly (readonly string[])[] = [
  [],
  ["results"],
  ["data"],
  ["rankings"],
  ["ranking"],
  ["output", "results"],
];
const SCORES = ["relevance_score", "relevanceScore", "score", "logit"];

/**
 * Finds the list of scores in an answer: at `path`, or where any other dialect has it, since proxies translate between dialects.
 *
 * @throws BackendError for an error that came with a good status. InvalidResponseError for anything else that holds no list.
 */
export function findResults(answer: Answer, path: readonly string[]): readonly unknown[] {
  for (const candidate of [path, ...LISTS]) {
    const list = candidate.reduce<unknown>(
      (value, key) => (value as Record<string, unknown> | null | undefined)?.[key],
      answer.json,
    );
    if (Array.isArray(list)) return list;
  }
  const said = errorMessage(answer.json);
  if (said === "")
    throw new InvalidResponseError(answer.backend, `it holds no list of results: ${answer.excerpt.slice(0, 200)}`);
  throw new BackendError(
    answer.backend,
    `the server answered ${answer.status} with an error: ${answer.excerpt.slice(0, 200)}`,
    {
      status: answer.status,
      body: answer.excerpt,
      ...(answer.requestId === undefined ? {} : { requestId: answer.requestId }),
    },
  );
}

/** Reads `{index, relevance_score}` in all its spellings. @throws InvalidResponseError */
export function readResult({ backend, redact }: Answer, result: unknown, position: number): IndexedScore {
  const fields = (typeof result === "object" && result !== null ? result : {}) as Record<string, unknown>;
  const key = SCORES.find((name) => fields[name] !== undefined);
  const score = key === undefined ? undefined : fields[key];
  if (typeof score !== "number") {
    throw new InvalidResponseError(backend, `result ${position} has ${redact(show(score))} where its score should be`);
  }
  if (typeof fields.index !== "number") {
    throw new InvalidResponseError(
      backend,
      `result ${position} has ${redact(show(fields.index))} where its index should be`,
    );
  }
  return { index: fields.index, score };
}

/**
 * Puts scores back into the order of the texts, never by the text an answer echoes.
 *
 * @returns `count` finite numbers.
 * @throws InvalidResponseError unless every text has exactly one.
 */
export function scatter(backend: string, results: readonly IndexedScore[], count: number): number[] {
  const scores = new Array<number | undefined>(count);
  for (const { index, score } of results) {
    if (!Number.isInteger(index) || index < 0 || index >= count) {
      throw new InvalidResponseError(backend, `index ${index} for ${count} texts`);
    }
    if (scores[index] !== undefined) throw new InvalidResponseError(backend, `index ${index} twice`);
    if (!Number.isFinite(score)) throw new InvalidResponseError(backend, `the score ${score} for text ${index}`);
    scores[index] = score;
  }
  if (results.length !== count) {
    const cut = "Does it cut the list? All texts must come back, so remove its limit, or lower `maxBatchSize`.";
    throw new InvalidResponseError(backend, `${results.length} scores for ${count} texts. ${cut}`);
  }
  return scores as number[];
}

/** What the call cost, in the provider's own words: `usage`, `meta.billed_units`, `meta.tokens`, `tokens`. Numbers only. */
export function readUsage(json: unknown): Record<string, number> {
  const body = asRecord(json);
  const meta = asRecord(body.meta);
  const parts = [meta.billed_units, meta.tokens, body.tokens, body.usage].map(asRecord);
  const numbers = parts.flatMap((part) => Object.entries(part)).filter(([, value]) => Number.isFinite(value));
  return Object.fromEntries(numbers) as Record<string, number>;
}

/** Adds up what several requests cost. */
export function sumUsage(parts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const part of parts) {
    for (const [key, value] of Object.entries(part)) total[key] = (total[key] ?? 0) + value;
  }
  return total;
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function show(value: unknown): string {
  return value === undefined ? "nothing" : (JSON.stringify(value)?.slice(0, 40) ?? typeof value);
}
