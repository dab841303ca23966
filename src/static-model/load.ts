import { DownloadError, ModelNotFoundError } from "../errors.js";

/** A module of Node's. Its name is a parameter, which no build folds into the import, so that bundlers for browsers leave it alone. */
async function load<T>(specifier: string): Promise<T> {
  return (await import(/* @vite-ignore */ /* webpackIgnore: true */ specifier)) as T;
}

async function readLocal(path: string | URL): Promise<Uint8Array> {
  return (await load<typeof import("node:fs/promises")>("node:fs/promises")).readFile(path);
}

async function fetchBytes(url: URL): Promise<Uint8Array> {
  const at = `${url.origin}${url.pathname}`;
  const response = await fetch(url).catch((cause) => {
    throw new DownloadError(at, "no answer.", { cause });
  });
  if (!response.ok) throw new DownloadError(at, `HTTP ${response.status}.`, { status: response.status });
  return new Uint8Array(await response.arrayBuffer());
}

/**
 * Bytes of a model: given as they are, fetched from an `http(s):` address, or read from a file.
 *
 * @throws ModelNotFoundError for a file that cannot be read. DownloadError.
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
