import { InvalidResponseError } from "../../errors.js";
import type { ScoredSpan } from "../../text-span.js";
import type { Answer } from "../remote/answer.js";
import { answeredWrongly, errorMessage } from "../remote/faults.js";
import { asRecord, type IndexedScore } from "../remote/scores.js";
import type { ResponseShape } from "./providers/provider.js";

/** One score of an answer, and what else the server says about the text. */
export interface Result extends IndexedScore {
  /** Relevant parts of the text, best first, in Unicode code points. */
  spans?: readonly ScoredSpan[];
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
 * Reads the scores of an answer. The list is where the provider has it, or where any other dialect has it, because proxies translate
 * between dialects.
 *
 * @throws BackendError for an error that came with a success status. InvalidResponseError for anything else that holds no scores.
 */
export function readResults(answer: Answer, shape: ResponseShape): readonly Result[] {
  return findList(answer, shape.list).map((result, position) =>
    shape.positional && typeof result === "number"
      ? { index: position, score: result }
      : readResult(answer, result, position, shape),
  );
}

function findList(answer: Answer, path: readonly string[]): readonly unknown[] {
  for (const candidate of [path, ...LISTS]) {
    const list = candidate.reduce<unknown>((value, key) => asRecord(value)[key], answer.json);
    if (Array.isArray(list)) return list;
  }
  const start = answer.excerpt().slice(0, 200);
  if (errorMessage(answer.json) === "")
    throw new InvalidResponseError(answer.backend, `it has no list of results but starts with ${start}`);
  throw answeredWrongly(answer, `The server answered ${answer.status} with an error: ${start}`);
}

/** Reads one `{index, relevance_score}` in all its spellings. @throws InvalidResponseError */
export function readResult(
  { backend, redact }: Pick<Answer, "backend" | "redact">,
  result: unknown,
  position: number,
  { index: indexField = "index", spans: spansField }: Partial<ResponseShape> = {},
): Result {
  const fields = asRecord(result);
  let score: unknown;
  for (const name of SCORES) {
    score = fields[name];
    if (score !== undefined) break;
  }
  const refuse = (what: string, value: unknown) =>
    new InvalidResponseError(backend, `result ${position} has ${redact(show(value))} instead of ${what}`);
  if (typeof score !== "number") throw refuse("a score", score);
  const value = fields[indexField] ?? fields.index;
  const index = indexField === "id" && typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof index !== "number") throw refuse("an index", value);
  const spans = spansField === undefined ? undefined : fields[spansField];
  if (spans === undefined || spans === null) return { index, score };
  if (!Array.isArray(spans)) throw refuse("a list of spans", spans);
  return { index, score, spans: spans.map((span) => readSpan(span, refuse)) };
}

function readSpan(span: unknown, refuse: (what: string, value: unknown) => Error): ScoredSpan {
  const { start, end, score } = asRecord(span);
  if (!Number.isInteger(start) || !Number.isInteger(end) || typeof score !== "number")
    throw refuse("a span with start, end and score", span);
  return { start: start as number, end: end as number, score };
}

/**
 * Converts spans from Unicode code points to UTF-16 code units.
 *
 * @throws InvalidResponseError for a span that is not within the text.
 */
export function toUtf16(backend: string, text: string, spans: readonly ScoredSpan[]): ScoredSpan[] {
  const offsets = [0];
  for (const character of text) offsets.push((offsets.at(-1) as number) + character.length);
  return spans.map(({ start, end, score }) => {
    if (start < 0 || end < start || end >= offsets.length) {
      const problem = `a span from ${start} to ${end} is not within a text of ${offsets.length - 1} characters`;
      throw new InvalidResponseError(backend, problem);
    }
    return { start: offsets[start] as number, end: offsets[end] as number, score };
  });
}

function show(value: unknown): string {
  return value === undefined ? "nothing" : (JSON.stringify(value)?.slice(0, 40) ?? typeof value);
}
