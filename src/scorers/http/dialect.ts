import { InvalidOptionError, InvalidResponseError } from "../../errors.js";
import type { ScoredSpan } from "../../text-span.js";
import type { Answer } from "../remote/answer.js";
import { readVariable } from "../remote/environment.js";
import { answeredWrongly, errorMessage, type Hint } from "../remote/faults.js";
import { isListwise } from "../remote/listwise.js";
import { asRecord, type IndexedScore } from "../remote/scores.js";
import type { RequestLimits } from "../remote/texts.js";
import type { ProviderOptions } from "./options.js";
import { adviceOf } from "./providers/advice.js";
import { findProvider } from "./providers/find-provider.js";
import type { Provider, ResponseShape } from "./providers/provider.js";

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
    // An error may come with an empty list, which says nothing.
    if (Array.isArray(list) && (list.length > 0 || errorMessage(answer.json) === "")) return list;
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

/** How to ask one server, with the user's options applied: what to send, how to read the answer, and what fits into one request. */
export interface Dialect {
  body: (query: string, texts: readonly string[]) => unknown;
  read: (answer: Answer) => readonly Result[];
  limits: RequestLimits;
  /** Lowest score that the server can send, where it is known. */
  lowestScore?: number | undefined;
  /** True if scores may be compared within one request only. */
  listwise: boolean;
  hints?: readonly Hint[] | undefined;
  warnings: readonly string[];
}

/** Fields that would cut the list of results. */
const CUTS = ["top_n", "top_k", "topN", "topK"];

/** The dialect of a provider of the table. @throws InvalidOptionError for an instruction or an `extra` that cannot be sent. */
export function providerDialect(options: ProviderOptions, model: string | undefined): Dialect {
  const provider = findProvider(options.provider);
  const { instruction, extra = {}, maxBatchSize } = options;
  if (instruction !== undefined && provider.instruction === undefined) {
    const problem = `${options.provider} takes no \`instruction\`. Put it into the query.`;
    throw InvalidOptionError.because("instruction", instruction, problem);
  }
  checkExtra(extra as Record<string, unknown>);
  const raw = provider.rawSwitch && (extra as Record<string, unknown>)[provider.rawSwitch[0]] === provider.rawSwitch[1];
  const byModel = Object.entries(provider.modelLimits ?? {}).find(([prefix]) => model?.startsWith(prefix))?.[1];
  const limits = { ...provider.limits, ...byModel };
  const { hints, instructionWarning } = adviceOf(options.provider);
  return {
    body: bodyOf(provider, model, instruction, extra as Record<string, unknown>),
    read: (answer) => readResults(answer, provider.response),
    limits: { ...limits, maxTexts: maxBatchSize ?? limits.maxTexts },
    lowestScore: raw ? undefined : provider.lowestScore,
    listwise: isListwise(model),
    hints,
    warnings: instruction !== undefined && instructionWarning !== undefined ? [instructionWarning] : [],
  };
}

function checkExtra(extra: Record<string, unknown>): void {
  const cut = CUTS.find((field) => field in extra);
  if (cut !== undefined) {
    const problem = `\`extra.${cut}\` would make the server drop documents before they are ranked. Use the reranker's \`topN\` to limit the results. If your server requires the field, use \`provider: "custom"\` with \`toRequest: ({ query, texts }) => ({ query, documents: texts, ${cut}: texts.length })\`.`;
    throw InvalidOptionError.because(`extra.${cut}`, extra[cut], problem);
  }
  if (!isJson(extra)) throw new InvalidOptionError("extra", extra, "an object that can be written as JSON");
}

/** Makes the function that builds the body of a request, from the data of a provider's row. */
function bodyOf(
  { request = {}, instruction: instructionField }: Provider,
  model: string | undefined,
  instruction: string | undefined,
  extra: Record<string, unknown>,
): Dialect["body"] {
  const { textField, idField, options } = request;
  const within = (field: string) => (options === undefined ? field : `${options}.${field}`);
  const fixed: Record<string, unknown> = {};
  const sent = Object.entries(extra).filter(([field]) => !Object.hasOwn(request.environment ?? {}, field));
  for (const [field, value] of Object.entries({ ...request.defaults, ...Object.fromEntries(sent), ...request.fixed }))
    setField(fixed, [...splitOnce(options), field], value);
  if (instruction !== undefined && instructionField) set(fixed, within(instructionField), instruction);
  for (const [field, names] of Object.entries(request.environment ?? {})) {
    const value = extra[field] ?? readVariable(names);
    if (value !== undefined) fixed[field] = value;
  }
  if (model !== undefined && request.model !== null) set(fixed, request.model ?? "model", model);
  const queryPath = (request.query ?? "query").split(".");
  const textsPath = (request.texts ?? "documents").split(".");
  const countPath = request.count === undefined ? undefined : within(request.count).split(".");
  // Fields that exist are overwritten much faster than new ones are added.
  for (const path of [queryPath, textsPath, ...(countPath ? [countPath] : [])]) setField(fixed, path, null);
  return (query, texts) => {
    const body = { ...fixed };
    setField(body, queryPath, request.queryPerText ? texts.map(() => query) : query);
    const elements =
      textField === undefined
        ? texts
        : texts.map((text, index) => ({ ...(idField ? { [idField]: String(index) } : {}), [textField]: text }));
    setField(body, textsPath, elements);
    if (countPath) setField(body, countPath, texts.length);
    return body;
  };
}

const splitOnce = (options: string | undefined): string[] => (options === undefined ? [] : [options]);

const set = (body: Record<string, unknown>, path: string, value: unknown) => setField(body, path.split("."), value);

function setField(body: Record<string, unknown>, path: readonly string[], value: unknown, depth = 0): void {
  const field = path[depth] ?? "";
  if (depth >= path.length - 1) {
    body[field] = value;
    return;
  }
  const inner = body[field];
  const object = typeof inner === "object" && inner !== null && !Array.isArray(inner) ? inner : {};
  body[field] = { ...object };
  setField(body[field] as Record<string, unknown>, path, value, depth + 1);
}

/** Whether a value can be the body of a request. */
export function isJson(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== undefined;
  } catch {
    return false;
  }
}
