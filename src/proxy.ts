/** HTTP status of a proxy that asks for credentials. */
export const PROXY_STATUS = 407;

/** What that status means and what to do, for messages. */
export const PROXY_ADVICE =
  "A proxy on the way asks for credentials: put them where the proxy is set (such as the URL in HTTPS_PROXY), or exempt the host with NO_PROXY.";

/** Messages under which the `fetch` of Node and the AI SDK pass on the cause of a failure. */
const FAILED_FETCH = /^(fetch failed|Cannot connect to API: ?)$/;

/**
 * Whether a request failed because a proxy asks for credentials. The `fetch` of Node hides the answer of such a proxy. If the proxy answers for
 * the server, the cause of the error has neither message nor code, which it has for no other reason; if the proxy refuses a tunnel, the message
 * of a deeper cause has the status.
 */
export function isProxyDemand(error: unknown): boolean {
  let at = error;
  for (let depth = 0; at instanceof Error && depth < 5; depth++) {
    if (at.message.startsWith(`Proxy response (${PROXY_STATUS})`)) return true;
    const { cause, message } = at;
    if (FAILED_FETCH.test(message) && isEmpty(cause)) return true;
    at = cause;
  }
  return false;
}

/** Faults of the network have a code, and those that `fetch` finds itself have a message. */
function isEmpty(error: unknown): boolean {
  return error instanceof Error && error.message === "" && !("code" in error) && error.cause === undefined;
}
