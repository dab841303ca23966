import { BackendError, InvalidResponseError } from "../../errors.js";
import { race, type Stop } from "./deadline.js";
import { type Redact, redactError } from "./redact.js";
import { type Attempt, isRetryableStatus, parseRetryAfter } from "./retry.js";

/** One POST of JSON. */
export interface Exchange {
  /** Name for errors. */
  backend: string;
  url: string;
  headers: Headers;
  body: string;
  fetch: typeof globalThis.fetch;
  /** Ends the request. */
  stop: Stop;
  /** Most bytes of an answer that are read. */
  maxBytes: number;
  redact: Redact;
  /** Added to the message of these statuses: what to do about them. */
  hints?: Readonly<Record<number, string>>;
}

/** A body that was understood. */
export interface Answer {
  backend: string;
  json: unknown;
  status: number;
  requestId: string | undefined;
  /** The body's start without secrets, for errors that are found later. */
  excerpt: string;
  redact: Redact;
}

const EXCERPT = 500;
const ERROR_BODY_BYTES = 65_536;
const REQUEST_ID_HEADERS = ["x-request-id", "request-id", "x-debug-trace-id", "nvcf-reqid", "x-siliconcloud-trace-id"];

const HINTS: Readonly<Record<number, string>> = {
  401: "The key was not accepted: check `apiKey` or the environment variable it comes from.",
  403: "The key has no right to this: check `apiKey` and `model`.",
  404: "Nothing there: check `baseUrl`, `provider` and `model`.",
  413: "The request is too large: lower `maxBatchSize`.",
};

/**
 * Sends once and reads the whole answer.
 *
 * `fetch` is used as it is rather than through ky: ky's retries and timeout end at the headers, while a connection that is reset in
 * mid-body, or a body that never ends, is what a slow model behind a proxy gives. It would also cost more: 0.30 ms a request over bare
 * `fetch` for ky 1.14 against 0.09 ms for this (median on loopback, 20 passages; `scripts/http-overhead.js`).
 *
 * @throws The signal's reason. Every other failure comes back as a fault.
 */
export async function exchange(request: Exchange): Promise<Attempt<Answer>> {
  // As a function of its own: browsers and workers refuse a `fetch` that is called as a method of anything else.
  const { backend, url, headers, body, stop, redact, maxBytes, fetch } = request;
  const { signal } = stop;
  let response: Response;
  let text: string | undefined;
  try {
    // A redirect would turn the POST into a GET, or carry the key to another host.
    const init: RequestInit = { method: "POST", headers, body, signal, redirect: "manual" };
    response = await race(fetch(url, init), stop);
    text = await race(readText(response, response.ok ? maxBytes : ERROR_BODY_BYTES), stop);
  } catch (error) {
    signal.throwIfAborted();
    return { fault: { error: unreachable(request, error), retryable: true } };
  }
  const requestId = findRequestId(response.headers, redact);
  if (isRedirect(response)) return { fault: { error: redirected(request, response, requestId), retryable: false } };
  if (!response.ok) return refused(request, response, redact(text ?? ""), requestId);
  if (text === undefined) {
    const error = new InvalidResponseError(backend, `its body is larger than ${maxBytes} bytes (\`maxResponseBytes\`)`);
    return { fault: { error, retryable: false } };
  }
  const excerpt = redact(text.slice(0, 4 * EXCERPT)).slice(0, EXCERPT);
  try {
    return { value: { backend, json: JSON.parse(text), status: response.status, requestId, excerpt, redact } };
  } catch {
    const what = text.trim() === "" ? "its body is empty" : `its body is not JSON: ${excerpt.slice(0, 200)}`;
    return { fault: { error: new InvalidResponseError(backend, what), retryable: false } };
  }
}

/** The whole body, or nothing when it is larger than `limit`. Error bodies are cut instead: their start says enough. */
async function readText(response: Response, limit: number): Promise<string | undefined> {
  if (!response.body) return "";
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > limit) {
      reader.cancel().catch(() => undefined);
      return response.ok ? undefined : text + decoder.decode(value.subarray(0, limit));
    }
    text += decoder.decode(value, { stream: true });
  }
}

function unreachable({ backend, url, redact }: Exchange, error: unknown): BackendError {
  const cause = redactError(error, redact);
  const { host } = new URL(url);
  const reasons = [cause.message, cause.cause instanceof Error ? cause.cause.message : ""].filter(Boolean);
  const problem = `no answer from ${host} (${reasons.join(": ")}). Is the server running, and is \`baseUrl\` right?`;
  return new BackendError(backend, problem, { cause });
}

// Browsers hide the status of a redirect that they do not follow.
function isRedirect({ status, type }: Response): boolean {
  return type === "opaqueredirect" || (status >= 300 && status < 400);
}

function redirected(
  { backend, url, redact }: Exchange,
  response: Response,
  requestId: string | undefined,
): BackendError {
  const location = response.headers.get("location");
  const target = location && URL.canParse(location, url) ? new URL(location, url) : undefined;
  const where = target ? ` to ${redact(target.origin + target.pathname)}` : "";
  const problem = `${new URL(url).host} redirects${where}; redirects are not followed, since they may carry the key elsewhere. Set \`baseUrl\` to the final address.`;
  return new BackendError(backend, problem, {
    ...(response.status > 0 ? { status: response.status } : {}),
    ...(requestId === undefined ? {} : { requestId }),
  });
}

function refused(request: Exchange, response: Response, body: string, requestId: string | undefined): Attempt<never> {
  const { status } = response;
  const said = errorMessage(body);
  const hint = request.hints?.[status] ?? HINTS[status];
  const problem = [`the server answered ${status}`, said && `: ${said.slice(0, 200)}`, hint && `. ${hint}`].join("");
  const error = new BackendError(request.backend, problem, {
    status,
    body,
    ...(requestId === undefined ? {} : { requestId }),
  });
  const retryAfter = parseRetryAfter(response.headers.get("retry-after"));
  return { fault: { error, retryable: isRetryableStatus(status), retryAfter } };
}

/** What an error body says, in the shapes that servers use: `{error: {message}}`, `{error}`, `{message}`, `{detail}`, a JSON string, or text. */
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
  if (typeof json !== "object" || json === null) return "";
  const fields = json as Record<string, unknown>;
  const found = fields.error ?? fields.message ?? fields.detail ?? fields.msg ?? fields.code;
  if (found === undefined || found === null) return "";
  return typeof found === "object" ? errorMessage(found) || JSON.stringify(found) : String(found);
}

function findRequestId(headers: Headers, redact: Redact): string | undefined {
  for (const name of REQUEST_ID_HEADERS) {
    const value = headers.get(name);
    if (value) return redact(value);
  }
  return undefined;
}
