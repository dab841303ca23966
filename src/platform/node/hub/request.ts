import { startCall } from "../../../abort.js";
import { isProxyDemand, PROXY_STATUS } from "../../../proxy.js";
import { type Attempt, parseRetryAfter, withRetries } from "../../../retry.js";
import { TransientFault } from "./faults.js";
import type { HubSettings } from "./settings.js";

/** Attempts after the first one. */
const RETRIES = 3;

/** One request to the hub or to a server that it redirects to. */
export interface HubRequest {
  url: string;
  method?: "GET" | "HEAD";
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

/**
 * Sends a request and returns the response, redirects included. The timeout ends with the headers; the body may take as long as bytes
 * keep arriving.
 *
 * @throws TransientFault when there is no response, or its status may pass (429, 5xx).
 */
export async function send(
  settings: HubSettings,
  { url, method = "GET", headers = {}, signal }: HubRequest,
): Promise<Response> {
  const { origin } = new URL(url);
  const isHub = url.startsWith(`${settings.endpoint}/`);
  const timeout = settings.answerTimeout;
  const onTimeout = () => new Error(`no response within ${timeout / 1000} s`);
  const call = startCall({ signals: [signal], timeout, onTimeout });
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      redirect: "manual",
      signal: call.signal,
      headers: {
        "accept-encoding": "identity",
        "user-agent": "langchain-rerank",
        ...(isHub && settings.token ? { authorization: `Bearer ${settings.token}` } : {}),
        ...headers,
      },
    });
  } catch (error) {
    signal?.throwIfAborted();
    if (isProxyDemand(error)) return new Response(null, { status: PROXY_STATUS });
    const problem = call.signal.aborted ? (call.signal.reason as Error).message : reason(error);
    throw new TransientFault(`${origin} cannot be reached (${problem})`, { cause: error });
  } finally {
    call.release();
  }
  if (response.status === 429 || response.status >= 500) {
    await response.body?.cancel();
    const problem = `${origin} answered with status ${response.status}`;
    throw new TransientFault(problem, {
      status: response.status,
      retryAfter: parseRetryAfter(response.headers.get("retry-after")),
    });
  }
  return response;
}

/** A short reason why a request failed: an error code if there is one. */
export function reason(error: unknown): string {
  const cause = (error as Error)?.cause as NodeJS.ErrnoException | undefined;
  return (
    cause?.code ?? (error as NodeJS.ErrnoException)?.code ?? (error instanceof Error ? error.message : String(error))
  );
}

/**
 * Sends a request, and repeats it after transient faults.
 *
 * @throws TransientFault after the last attempt.
 */
export async function sendWithRetries(settings: HubSettings, request: HubRequest): Promise<Response> {
  const attempt = async (): Promise<Attempt<Response>> => {
    try {
      return { value: await send(settings, request) };
    } catch (error) {
      if (!(error instanceof TransientFault)) throw error;
      return { fault: { error, retryable: true, retryAfter: error.retryAfter } };
    }
  };
  return (await withRetries(attempt, { retries: RETRIES, signal: request.signal })).value;
}
