import { TransientFault } from "./faults.js";
import { pause } from "./lock.js";
import type { HubSettings } from "./settings.js";

/** One request to the hub or to a server it redirects to. */
export interface HubRequest {
  url: string;
  method?: "GET" | "HEAD";
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

/**
 * Sends a request and returns the answer as it is, redirects included.
 *
 * @throws TransientFault for an answer that does not come and for statuses that pass by themselves (429, 5xx).
 */
export async function send(
  settings: HubSettings,
  { url, method = "GET", headers = {}, signal }: HubRequest,
): Promise<Response> {
  const own = url.startsWith(`${settings.endpoint}/`);
  const answer = AbortSignal.timeout(settings.answerTimeout);
  let response: Response;
  try {
    response = await fetchUntilHeaders(url, answer, signal, {
      method,
      redirect: "manual",
      headers: {
        "accept-encoding": "identity",
        "user-agent": "langchain-rerank",
        ...(own && settings.token ? { authorization: `Bearer ${settings.token}` } : {}),
        ...headers,
      },
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw new TransientFault(`${new URL(url).origin} cannot be reached (${reason(error, answer, settings)})`, {
      cause: error,
    });
  }
  if (response.status === 429 || response.status >= 500) {
    await response.body?.cancel();
    const problem = `${new URL(url).origin} answered with status ${response.status}`;
    throw new TransientFault(problem, { status: response.status, retryAfter: retryAfter(response) });
  }
  return response;
}

/** The timeout ends with the headers; the body may take as long as bytes keep coming. */
async function fetchUntilHeaders(
  url: string,
  answer: AbortSignal,
  signal: AbortSignal | undefined,
  init: RequestInit,
): Promise<Response> {
  const controller = new AbortController();
  const stop = () => controller.abort(signal?.aborted ? signal.reason : answer.reason);
  if (signal?.aborted) stop();
  answer.addEventListener("abort", stop, { once: true });
  signal?.addEventListener("abort", stop, { once: true });
  try {
    return await fetch(url, { ...init, signal: controller.signal });
  } finally {
    answer.removeEventListener("abort", stop);
    signal?.removeEventListener("abort", stop);
  }
}

/** What stopped a request, short: an error code where there is one. */
export function reason(error: unknown, timeout?: AbortSignal, settings?: HubSettings): string {
  if (timeout?.aborted) return `no answer within ${settings!.answerTimeout / 1000} s`;
  const cause = (error as Error)?.cause as NodeJS.ErrnoException | undefined;
  return (
    cause?.code ?? (error as NodeJS.ErrnoException)?.code ?? (error instanceof Error ? error.message : String(error))
  );
}

function retryAfter(response: Response): number | undefined {
  const value = Number(response.headers.get("retry-after"));
  return Number.isFinite(value) && value > 0 ? Math.min(value, 60) * 1000 : undefined;
}

/** Tries again after transient faults, waiting longer each time. */
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
      await pause(error.retryAfter ?? backoff(attempt), signal);
    }
  }
}

/** Milliseconds before try number `attempt` + 1: 0.3, 0.6, 1.2 s …, up to 8 s. */
export function backoff(attempt: number): number {
  return Math.min(8_000, 300 * 2 ** (attempt - 1));
}
