import { BackendError } from "../../errors.js";
import { isProxyDemand, PROXY_ADVICE, PROXY_STATUS } from "../../proxy.js";
import { type Fault, isRetryableStatus, parseRetryAfter } from "../../retry.js";
import { errorMessage } from "./faults.js";
import { type Redact, redactError } from "./redact.js";

/** Fields of the AI SDK's `APICallError`. Other errors may have none of them. */
interface CallErrorFields {
  url?: unknown;
  status?: unknown;
  statusCode?: unknown;
  responseHeaders?: Record<string, string>;
  responseBody?: unknown;
  isRetryable?: unknown;
}

const REQUEST_IDS = ["x-request-id", "request-id", "x-debug-trace-id"];

/** Converts the error of a provider. The original is not kept, because it holds the request. */
export function toFault(backend: string, error: unknown, redact: Redact): Fault {
  const {
    statusCode: code,
    status: plain,
    responseHeaders,
    responseBody,
    isRetryable,
    url,
  } = (error ?? {}) as CallErrorFields;
  // The AI SDK has `statusCode`; LangChain and the clients of most providers have `status`.
  const statusCode = code ?? plain ?? (isProxyDemand(error) ? PROXY_STATUS : undefined);
  const status = typeof statusCode === "number" ? statusCode : undefined;
  const body = typeof responseBody === "string" ? redact(responseBody) : undefined;
  const header = (name: string) => responseHeaders?.[name];
  const requestId = REQUEST_IDS.map(header).find((value) => value !== undefined);
  const cause = redactError(error, redact);
  const said = status === PROXY_STATUS ? PROXY_ADVICE : (body === undefined ? "" : errorMessage(body)) || cause.message;
  const address = typeof url === "string" && URL.canParse(url) ? new URL(url) : undefined;
  const where = address ? `POST ${redact(address.origin + address.pathname)}` : "The provider";
  const answered = status === undefined ? "The call failed" : `${where} answered ${status}`;
  return {
    error: new BackendError(backend, `${answered}: ${said.slice(0, 200)}`, {
      cause,
      ...(status === undefined ? {} : { status }),
      ...(body === undefined ? {} : { body }),
      ...(requestId === undefined ? {} : { requestId: redact(requestId) }),
    }),
    // The status is more reliable than `isRetryable`: some providers call every error retryable.
    retryable: status === undefined ? isRetryable === true : isRetryableStatus(status),
    retryAfter: parseRetryAfter(header("retry-after")),
  };
}
