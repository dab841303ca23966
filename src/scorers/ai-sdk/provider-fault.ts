import { BackendError } from "../../errors.js";
import { errorMessage } from "../remote/exchange.js";
import { type Redact, redactError } from "../remote/redact.js";
import { type Fault, isRetryableStatus, parseRetryAfter } from "../remote/retry.js";

/** Fields of the AI SDK's `APICallError`; each may be missing on an error of another kind. */
interface CallErrorFields {
  statusCode?: unknown;
  responseHeaders?: Record<string, string>;
  responseBody?: unknown;
  isRetryable?: unknown;
}

const REQUEST_IDS = ["x-request-id", "request-id", "x-debug-trace-id"];

/** What a provider threw, as an error that says what to do and whether to try again. The original is not kept: it holds the request. */
export function toFault(backend: string, error: unknown, redact: Redact): Fault {
  const { statusCode, responseHeaders, responseBody, isRetryable } = (error ?? {}) as CallErrorFields;
  const status = typeof statusCode === "number" ? statusCode : undefined;
  const body = typeof responseBody === "string" ? redact(responseBody) : undefined;
  const header = (name: string) => responseHeaders?.[name];
  const requestId = REQUEST_IDS.map(header).find((value) => value !== undefined);
  const cause = redactError(error, redact);
  const said = (body === undefined ? "" : errorMessage(body)) || cause.message;
  const answered = status === undefined ? "the call failed" : `the provider answered ${status}`;
  return {
    error: new BackendError(backend, `${answered}: ${said.slice(0, 200)}`, {
      cause,
      ...(status === undefined ? {} : { status }),
      ...(body === undefined ? {} : { body }),
      ...(requestId === undefined ? {} : { requestId: redact(requestId) }),
    }),
    // A status says more than the provider's own view of it: some call every error worth a retry.
    retryable: status === undefined ? isRetryable === true : isRetryableStatus(status),
    retryAfter: parseRetryAfter(header("retry-after")),
  };
}
