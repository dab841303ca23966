import { sleep, startCall } from "../../../abort.js";
import { TransientFault } from "./faults.js";
import type { HubSettings } from "./settings.js";

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
    const problem = call.signal.aborted ? (call.signal.reason as Error).message : reason(error);
    throw new TransientFault(`${origin} cannot be reached (${problem})`, { cause: error });
  } finally {
    call.release();
  }
  if (response.status === 429 || response.status >= 500) {
    await response.body?.cancel();
    const problem = `${origin} answered with status ${response.status}`;
    throw new TransientFault(problem, { status: response.status, retryAfter: retryAfter(response) });
  }
  return response;
}

/** What stopped a request, in short: an error code if there is one. */
export function reason(error: unknown): string {
  const cause = (error as Error)?.cause as NodeJS.ErrnoException | undefined;
  return (
    cause?.code ?? (error as NodeJS.ErrnoException)?.code ?? (error instanceof Error ? error.message : String(error))
  );
}

function retryAfter(response: Response): number | undefined {
  const value = Number(response.headers.get("retry-after"));
  return Number.isFinite(value) && value > 0 ? Math.min(value, 60) * 1000 : undefined;
}

/** Retries after transient faults, waiting longer each time. */
export async function withRetries<T>(
  tries: number,
  signal: AbortSignal | undefined,
  action: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof TransientFault) || attempt >= tries) throw error;
      await sleep(error.retryAfter ?? backoff(attempt), signal);
    }
  }
}

/** Milliseconds to wait after attempt number `attempt`: 300, 600, 1200 …, at most 8,000. */
export function backoff(attempt: number): number {
  return Math.min(8_000, 300 * 2 ** (attempt - 1));
}
