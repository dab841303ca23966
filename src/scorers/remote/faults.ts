import { BackendError } from "../../errors.js";
import { PROXY_ADVICE, PROXY_STATUS } from "../../proxy.js";
import { type Fault, isRetryableStatus, parseRetryAfter } from "../../retry.js";
import type { Answer } from "./answer.js";
import { type Redact, redactError } from "./redact.js";

/** Advice for the errors of one backend. The first hint that fits is added to the message. */
export interface Hint {
  /** HTTP status that it is for; none for any. */
  status?: number;
  /** Pattern that the message of the server must match; none for any. */
  message?: RegExp;
  advice: string;
}

/** The request that an error is about. */
export interface FailedRequest {
  backend: string;
  url: string;
  redact: Redact;
  hints?: readonly Hint[] | undefined;
}

/** One text is longer than the server can process. Splitting the request or sending it again does not help. */
const TEXT_TOO_LONG = /too large to process|physical batch size|input is too (large|long)/i;

/** Too many texts or tokens in one request. */
const REQUEST_TOO_LARGE =
  /batch size|batch[_ ]tokens|too many|too (large|long)|token|context length|maximum (length|number)|exceed/i;

const SMALLER_BATCHES = "The request is too large: lower `maxBatchSize`.";

const HINTS: readonly Hint[] = [
  { status: 401, advice: "The key was not accepted: check `apiKey` or the environment variable that it comes from." },
  { status: 403, advice: "The key does not allow this: check `apiKey` and `model`." },
  { status: 404, advice: "Nothing was found there: check `baseUrl`, `provider` and `model`." },
  { status: PROXY_STATUS, advice: PROXY_ADVICE },
  { status: 413, advice: SMALLER_BATCHES },
  { status: 400, message: REQUEST_TOO_LARGE, advice: SMALLER_BATCHES },
  { status: 422, message: REQUEST_TOO_LARGE, advice: SMALLER_BATCHES },
];

/** True if the server refused a request for its size, so that two halves of it may be accepted. */
export function isRequestTooLarge(error: unknown): boolean {
  if (!(error instanceof BackendError)) return false;
  const { status, body = "" } = error;
  return status === 413 || ((status === 400 || status === 422) && REQUEST_TOO_LARGE.test(errorMessage(body)));
}

/** `POST` and the address, without credentials, query and secrets. */
export function describeRequest({ url, redact }: Pick<FailedRequest, "url" | "redact">): string {
  const { origin, pathname } = new URL(url);
  return `POST ${redact(origin + pathname)}`;
}

/** The server could not be reached, or the connection broke. */
export function unreachable(request: FailedRequest, error: unknown): Fault {
  const cause = redactError(error, request.redact);
  const reasons = [cause.message, cause.cause instanceof Error ? cause.cause.message : ""].filter(Boolean);
  const problem = `${describeRequest(request)} got no answer (${reasons.join(": ")}). Is the server running, and is \`baseUrl\` right?`;
  return { error: new BackendError(request.backend, problem, { cause }), retryable: true };
}

/** Whether a response is a redirect. Browsers hide the status of redirects that they do not follow. */
export function isRedirect({ status, type }: Response): boolean {
  return type === "opaqueredirect" || (status >= 300 && status < 400);
}

/** Redirects are not followed: they would turn the POST into a GET, or carry the key to another host. */
export function redirected(request: FailedRequest, response: Response): Fault {
  const location = response.headers.get("location");
  const target = location && URL.canParse(location, request.url) ? new URL(location, request.url) : undefined;
  const where = target ? ` to ${request.redact(target.origin + target.pathname)}` : "";
  const problem = `${describeRequest(request)} was redirected${where}. Redirects are not followed, because they may carry the key to another host. Set \`baseUrl\` to the final address.`;
  const status = response.status > 0 ? { status: response.status } : {};
  const error = new BackendError(request.backend, problem, { ...status, ...requestIdOf(response.headers, request) });
  return { error, retryable: false };
}

/** The server answered with an error status. */
export function refused(request: FailedRequest, response: Response, body: string): Fault {
  const { status } = response;
  const message = errorMessage(body);
  const hint = [...(request.hints ?? []), ...HINTS].find(
    (candidate) =>
      (candidate.status === undefined || candidate.status === status) &&
      (candidate.message === undefined || candidate.message.test(message)),
  );
  const answered = `${describeRequest(request)} answered ${status}`;
  const problem = [answered, message && `: ${message.slice(0, 200)}`, hint && `. ${hint.advice}`].join("");
  const error = new BackendError(request.backend, problem, {
    status,
    body,
    ...requestIdOf(response.headers, request),
  });
  return {
    error,
    retryable: isRetryableStatus(status) && !TEXT_TOO_LONG.test(message),
    retryAfter: parseRetryAfter(response.headers.get("retry-after")),
  };
}

/**
 * The message in an error body, in the shapes that servers use: `{error: {message}}`, `{error}`, `{message}`, `{detail}`, a JSON
 * string, or plain text.
 */
export function errorMessage(body: string | unknown): string {
  let json: unknown = body;
  if (typeof body === "string") {
    try {
      json = JSON.parse(body);
    } catch {
      return body.trim().replace(/\s+/g, " ");
    }
  }
  if (typeof json === "string") return json;
  if (Array.isArray(json)) return json.map(errorMessage).filter(Boolean).join("; ");
  if (typeof json !== "object" || json === null) return "";
  const fields = json as Record<string, unknown>;
  const found =
    fields.error ?? fields.errors ?? fields.message ?? fields.detail ?? fields.reason ?? fields.msg ?? fields.code;
  if (found === undefined || found === null) return "";
  return typeof found === "object" ? errorMessage(found) || JSON.stringify(found) : String(found);
}

const REQUEST_ID_HEADERS = [
  "x-request-id",
  "request-id",
  "x-debug-trace-id",
  "nvcf-reqid",
  "x-siliconcloud-trace-id",
  "cf-ray",
];

/** The error for an answer that came with a success status and holds an error or lacks what was asked for. */
export function answeredWrongly({ backend, status, headers, excerpt, redact }: Answer, problem: string): BackendError {
  return new BackendError(backend, redact(problem), { status, body: excerpt(), ...requestIdOf(headers, { redact }) });
}

/** The request ID for a {@link BackendError}, where the server sent one. */
function requestIdOf(headers: Headers, { redact }: Pick<FailedRequest, "redact">): { requestId?: string } {
  for (const name of REQUEST_ID_HEADERS) {
    const value = headers.get(name);
    if (value) return { requestId: redact(value) };
  }
  return {};
}
