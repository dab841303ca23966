import { raceAbort } from "../../abort.js";
import { InvalidResponseError } from "../../errors.js";
import type { Attempt } from "../../retry.js";
import type { Answer } from "./answer.js";
import { describeRequest, type FailedRequest, isRedirect, redirected, refused, unreachable } from "./faults.js";

/** One POST of JSON. */
export interface Exchange extends FailedRequest {
  headers: Headers;
  body: string;
  fetch: typeof globalThis.fetch;
  /** Ends the request. */
  signal: AbortSignal;
  /** Largest response body that is read, in bytes. */
  maxBytes: number;
}

const EXCERPT = 500;
const ERROR_BODY_BYTES = 65_536;

/**
 * Sends one request and reads the whole response. It uses `fetch` directly: the retries and timeouts of `fetch` wrappers end at the
 * headers, while a connection that breaks in the middle of a body has to be retried as well.
 *
 * @returns The parsed response, or the fault.
 * @throws The signal's reason.
 */
export async function exchange(request: Exchange): Promise<Attempt<Answer>> {
  // Browsers and workers refuse a `fetch` that is called as a method of another object.
  const { backend, url, headers, body, signal, redact, maxBytes, fetch } = request;
  let response: Response;
  let text: string | undefined;
  const receive = async () => {
    const received = await fetch(url, { method: "POST", headers, body, signal, redirect: "manual" });
    return { received, body: await readText(received, received.ok ? maxBytes : ERROR_BODY_BYTES) };
  };
  try {
    const { received, body } = await raceAbort(signal, receive());
    response = received;
    text = body;
  } catch (error) {
    signal.throwIfAborted();
    return { fault: unreachable(request, error) };
  }
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

/** Reads the whole body; `undefined` if it is larger than `limit`. Error bodies are truncated instead, their start says enough. */
async function readText(response: Response, limit: number): Promise<string | undefined> {
  if (!response.body) return "";
  const reader = response.body.getReader();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return decode(chunks);
    bytes += value.byteLength;
    if (bytes > limit) {
      reader.cancel().catch(() => undefined);
      return response.ok ? undefined : decode([...chunks, value.subarray(0, limit)]);
    }
    chunks.push(value);
  }
}

/** Decodes all at once, which is several times as fast as a streaming decoder. */
function decode(chunks: readonly Uint8Array[]): string {
  const [first = new Uint8Array()] = chunks;
  if (chunks.length < 2) return new TextDecoder().decode(first);
  const whole = new Uint8Array(chunks.reduce((total, { byteLength }) => total + byteLength, 0));
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return new TextDecoder().decode(whole);
}
