import { describe, InvalidOptionError, InvalidResponseError, isRerankError } from "../../errors.js";
import type { Answer } from "../remote/answer.js";
import { isListwise } from "../remote/listwise.js";
import { redactError } from "../remote/redact.js";
import { type Dialect, isJson, type Result, readResult } from "./dialect.js";
import type { CustomOptions } from "./options.js";

/** The dialect of a server that the user's functions know. */
export function customDialect({ model, toRequest, fromResponse, maxBatchSize, lowestScore }: CustomOptions): Dialect {
  return {
    body: (query, texts) => checkBody(toRequest({ model, query, texts })),
    read: (answer) => readCustom(answer, fromResponse),
    limits: { maxTexts: maxBatchSize ?? 1000 },
    lowestScore,
    listwise: isListwise(model),
    warnings: [],
  };
}

/** Without a body, or with that of a promise, a server would answer about something else. */
function checkBody(body: unknown): unknown {
  const isPromise = typeof (body as Partial<Promise<unknown>> | null | undefined)?.then === "function";
  if (!isPromise && isJson(body)) return body;
  const what = isPromise ? "a promise" : describe(body);
  const problem = `\`toRequest\` returned ${what}, which cannot be sent. It must return a value that can be written as JSON.`;
  throw InvalidOptionError.because("toRequest", body, problem);
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
