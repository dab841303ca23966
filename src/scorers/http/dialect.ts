import { InvalidOptionError, InvalidResponseError, isRerankError } from "../../errors.js";
import type { Answer } from "../remote/answer.js";
import { readVariable } from "../remote/environment.js";
import type { Hint } from "../remote/faults.js";
import { isListwise } from "../remote/listwise.js";
import { redactError } from "../remote/redact.js";
import type { RequestLimits } from "../remote/texts.js";
import type { CustomOptions, ProviderOptions } from "./options.js";
import { findProvider } from "./providers/find-provider.js";
import type { Provider } from "./providers/provider.js";
import { type Result, readResult, readResults } from "./results.js";

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
  return {
    body: bodyOf(provider, model, instruction, extra as Record<string, unknown>),
    read: (answer) => readResults(answer, provider.response),
    limits: { ...limits, maxTexts: maxBatchSize ?? limits.maxTexts },
    lowestScore: raw ? undefined : provider.lowestScore,
    listwise: isListwise(model),
    hints: provider.hints,
    warnings:
      instruction !== undefined && provider.instructionWarning !== undefined ? [provider.instructionWarning] : [],
  };
}

function checkExtra(extra: Record<string, unknown>): void {
  const cut = CUTS.find((field) => field in extra);
  if (cut !== undefined) {
    const problem = `\`extra.${cut}\` would make the server drop documents before they are ranked. Use the reranker's \`topN\` to limit the results. If your server requires the field, use \`provider: "custom"\` with \`toRequest: ({ query, texts }) => ({ query, documents: texts, ${cut}: texts.length })\`.`;
    throw InvalidOptionError.because(`extra.${cut}`, extra[cut], problem);
  }
  try {
    JSON.stringify(extra);
  } catch {
    throw new InvalidOptionError("extra", extra, "an object that can be written as JSON");
  }
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

function setField(body: Record<string, unknown>, [field = "", ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    body[field] = value;
    return;
  }
  const inner = body[field];
  const object = typeof inner === "object" && inner !== null && !Array.isArray(inner) ? inner : {};
  body[field] = { ...object };
  setField(body[field] as Record<string, unknown>, rest, value);
}

/** The dialect of a server that the user's functions know. */
export function customDialect({ model, toRequest, fromResponse, maxBatchSize, lowestScore }: CustomOptions): Dialect {
  return {
    body: (query, texts) => toRequest({ model, query, texts }),
    read: (answer) => readCustom(answer, fromResponse),
    limits: { maxTexts: maxBatchSize ?? 1000 },
    lowestScore,
    listwise: isListwise(model),
    warnings: [],
  };
}

function readCustom(answer: Answer, fromResponse: CustomOptions["fromResponse"]): readonly Result[] {
  let list: unknown;
  try {
    list = fromResponse(answer.json);
  } catch (error) {
    if (isRerankError(error)) throw error;
    const cause = redactError(error, answer.redact);
    throw new InvalidResponseError(answer.backend, `\`fromResponse\` failed on it: ${cause.message}`, { cause });
  }
  if (!Array.isArray(list)) throw new InvalidResponseError(answer.backend, "`fromResponse` did not return an array");
  return list.map((result: unknown, position) =>
    typeof result === "number" ? { index: position, score: result } : readResult(answer, result, position),
  );
}
