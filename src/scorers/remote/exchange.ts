import { raceAbort } from "../../abort.js";
import { InvalidResponseError } from "../../errors.js";
import { isProxyDemand, PROXY_STATUS } from "../../proxy.js";
import type { Attempt } from "../../retry.js";
import type { Answer } from "./answer.js";
import { describeRequest, type FailedRequest, isRedirect, redirected, refused, unreachable } from "./faults.js";

/** One POST of JSON. */
export interface Exchange extends FailedRequest {
  headers: Headers;
  body: string;
  /** `undefined` for the global one, looked up for each request, so that instrumentation that replaces it later is used. */
  fetch: typeof globalThis.fetch | undefined;
  /** Ends the request. */
  signal: AbortSignal;
  /** Largest response body that is read, in bytes. */
  maxBytes: number;
  /** @default "error" where that is cheaper */
  redirect?: "manual" | "error" | undefined;
}

const EXCERPT = 500;
const ERROR_BODY_BYTES = 65_536;
const decoder = new TextDecoder();
/**
 * The `fetch` of Node, undefined elsewhere. It copies the body of every request, in case it has to be sent a second time, unless a redirect
 * is an error. The copy is a fifth of the cost of a request. A replacement may count its calls or hide the reason for a failure.
 */
const NODE_FETCH = (globalThis as { process?: { versions?: Record<string, string> } }).process?.versions?.undici
  ? globalThis.fetch
  : undefined;

/**
 * Sends one request and reads the whole response. It uses `fetch` directly: the retries and timeouts of `fetch` wrappers end at the
 * headers, while a connection that breaks in the middle of a body has to be retried as well.
 *
 * @returns The parsed response, or the fault.
 * @throws The signal's reason.
 */
export async function exchange(request: Exchange): Promise<Attempt<Answer>> {
  const { backend, signal, redact, maxBytes } = request;
  const { redirect = (request.fetch ?? globalThis.fetch) === NODE_FETCH ? "error" : "manual" } = request;
  let received: Received;
  try {
    received = await raceAbort(signal, receive(request, redirect));
  } catch (error) {
    signal.throwIfAborted();
    if (isProxyDemand(error)) return { fault: refused(request, new Response(null, { status: PROXY_STATUS }), "") };
    if (redirect === "error" && hidesAnswer(error)) return exchange({ ...request, redirect: "manual" });
    return { fault: unreachable(request, error) };
  }
  const { response, text } = received;
  if (isRedirect(response)) return { fault: redirected(request, response) };
  if (!response.ok) return { fault: refused(request, response, redact(text ?? "")) };
  const unusable = (problem: string): Attempt<never> => {
    const message = `${problem} (${describeRequest(request)})`;
    return { fault: { error: new InvalidResponseError(backend, message), retryable: false } };
  };
  if (text === undefined) return unusable(`its body is larger than ${maxBytes} bytes (\`maxResponseBytes\`)`);
  const start = text.slice(0, 4 * EXCERPT);
  const excerpt = () => redact(start).slice(0, EXCERPT);
  try {
    const { status, headers } = response;
    return { value: { backend, json: JSON.parse(text), status, headers, excerpt, redact } };
  } catch {
    const empty = text.trim() === "";
    return unusable(empty ? "its body is empty" : `its body is not JSON but starts with ${excerpt().slice(0, 200)}`);
  }
}

/** A response with its whole body. */
interface Received {
  response: Response;
  /** `undefined` if the body of a success is larger than allowed. Other bodies are truncated instead: their start says enough. */
  text: string | undefined;
}

/** One function rather than two, because each promise between a call and `fetch` costs time in every request. */
async function receive(request: Exchange, redirect: "manual" | "error"): Promise<Received> {
  // Browsers and workers refuse a `fetch` that is called as a method of another object.
  const { url, headers, body, signal, fetch = globalThis.fetch } = request;
  const response = await fetch(url, { method: "POST", headers, body, signal, redirect });
  const limit = response.ok ? request.maxBytes : ERROR_BODY_BYTES;
  const reader = response.body?.getReader();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.byteLength;
    if (bytes > limit) {
      reader.cancel().catch(() => undefined);
      return { response, text: response.ok ? undefined : decode([...chunks, value.subarray(0, limit)]) };
    }
    chunks.push(value);
  }
  return { response, text: decode(chunks) };
}

/**
 * Whether a failure may stand for an answer that only `redirect: "manual"` shows: a redirect, or a 421, after which `fetch` sends the body
 * again. Faults of the network have other codes.
 */
function hidesAnswer(error: unknown): boolean {
  const code = ((error as Error | undefined)?.cause as { code?: unknown } | undefined)?.code;
  return code === undefined || code === "UND_ERR_REQ_CONTENT_LENGTH_MISMATCH";
}

/** Decodes all at once, which is several times as fast as a streaming decoder. */
function decode(chunks: readonly Uint8Array[]): string {
  const [first = new Uint8Array()] = chunks;
  if (chunks.length < 2) return decoder.decode(first);
  const whole = new Uint8Array(chunks.reduce((total, { byteLength }) => total + byteLength, 0));
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return decoder.decode(whole);
}
