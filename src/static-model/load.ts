import { DownloadError, ModelNotFoundError } from "../errors.js";
import { nodeFsPromises } from "../node-modules.js";
import { isProxyDemand, PROXY_ADVICE, PROXY_STATUS } from "../proxy.js";

async function readLocal(path: string | URL): Promise<Uint8Array> {
  return (await nodeFsPromises()).readFile(path);
}

async function fetchBytes(url: URL): Promise<Uint8Array> {
  const at = `${url.origin}${url.pathname}`;
  const response = await fetch(url).catch((cause) => {
    if (isProxyDemand(cause)) return new Response(null, { status: PROXY_STATUS });
    throw new DownloadError(at, "no answer.", { cause });
  });
  const { ok, status } = response;
  if (!ok)
    throw new DownloadError(at, `HTTP ${status}.${status === PROXY_STATUS ? ` ${PROXY_ADVICE}` : ""}`, { status });
  return new Uint8Array(await response.arrayBuffer());
}

/**
 * The bytes of a model, fetched from an `http(s):` URL or read from a file if need be.
 *
 * @throws ModelNotFoundError if the file cannot be read. DownloadError if the URL cannot be fetched.
 */
export async function loadBytes(source: string | URL | Uint8Array | ArrayBuffer): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  const url = source instanceof URL ? source : /^https?:\/\//.test(source) ? new URL(source) : undefined;
  if (url && url.protocol !== "file:") return fetchBytes(url);
  return readLocal(url ?? (source as string)).catch((cause: unknown) => {
    throw new ModelNotFoundError(String(source), "cannot be read as a file.", { cause });
  });
}
