import { DownloadError, ModelIntegrityError, ModelNotFoundError } from "../../../errors.js";
import { type DownloadProgress, Progress } from "../../../models/download-progress.js";

/** One file of a model on the web. */
export interface WebFile {
  path: string;
  url: string;
  /** SHA-256 in lower-case hexadecimal, where the registry pins one. */
  sha256?: string | undefined;
}

/** Options of {@link fetchFiles}. */
export interface FetchOptions {
  /** Caches the files in the browser's Cache Storage, for URLs whose content never changes. */
  keep?: boolean | undefined;
  onProgress?: ((progress: DownloadProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Name of this package's cache in Cache Storage. */
const CACHE = "langchain-rerank";

/**
 * Fetches a model's files in parallel.
 *
 * @returns The files by path.
 * @throws ModelNotFoundError when a URL has no file. ModelIntegrityError when a hash is wrong. DownloadError when a server does not answer
 *   or answers with an error. The signal's reason after an abort.
 */
export async function fetchFiles(
  model: string,
  wanted: readonly WebFile[],
  { keep = false, onProgress, signal }: FetchOptions,
): Promise<Record<string, Blob>> {
  const cache = keep ? await openCache() : undefined;
  const found = await Promise.all(wanted.map(async ({ url }) => (await cache?.match(url))?.blob()));
  const missing = wanted.filter((_, index) => !found[index]);
  const stop = new AbortController();
  const signals = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  try {
    const responses = await Promise.all(missing.map((file) => request(model, file, signals)));
    const progress = new Progress(model, responses.map(size), onProgress);
    const fetched = await Promise.all(
      responses.map(async (response, index) => {
        const file = missing[index]!;
        const blob = await readBody(model, file, response, (bytes) => progress.update(index, file.path, bytes));
        await checkHash(model, file, blob);
        await store(cache, file.url, blob);
        return blob;
      }),
    );
    let next = 0;
    return Object.fromEntries(wanted.map(({ path }, index) => [path, found[index] ?? fetched[next++]!]));
  } catch (error) {
    signal?.throwIfAborted();
    stop.abort();
    throw error;
  }
}

/** True if there is a file at a URL. */
export async function exists(model: string, url: string, signal?: AbortSignal): Promise<boolean> {
  let response = await answer(model, url, { method: "HEAD", signal: signal ?? null });
  if (response.status === 405 || response.status === 501) {
    response = await answer(model, url, { signal: signal ?? null });
    await response.body?.cancel();
  }
  return isFile(response, url);
}

/** Fetches JSON; `undefined` if there is nothing at the URL. With `keep`, the previous response is used when the network is down. */
export async function fetchJson(model: string, url: string, options: FetchOptions = {}): Promise<unknown> {
  const cache = options.keep ? await openCache() : undefined;
  let response: Response;
  try {
    response = await answer(model, url, { signal: options.signal ?? null });
  } catch (error) {
    const cached = await cache?.match(url);
    options.signal?.throwIfAborted();
    if (!cached) throw error;
    return cached.json();
  }
  if (!isFile(response, url)) return undefined;
  if (!response.ok) throw failed(model, url, response.status);
  const blob = await response.blob();
  await store(cache, url, blob);
  return JSON.parse(await blob.text()) as unknown;
}

async function request(model: string, { path, url }: WebFile, signal: AbortSignal): Promise<Response> {
  const response = await answer(model, url, { signal });
  if (!isFile(response, url)) {
    throw new ModelNotFoundError(model, `there is no ${path} at ${plain(url)} (status ${response.status}).`);
  }
  if (!response.ok) throw failed(model, url, response.status);
  return response;
}

async function answer(model: string, url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (cause) {
    init.signal?.throwIfAborted();
    const problem =
      `${plain(url)} does not answer. Check the URL and the network. A server on another site must allow this page (CORS), ` +
      "and the page's content security policy must allow the server (connect-src).";
    throw new DownloadError(model, problem, { cause });
  }
}

function failed(model: string, url: string, status: number): DownloadError {
  return new DownloadError(model, `${plain(url)} answered with status ${status}.`, { status });
}

/** False if there is nothing, and for the page that servers of single-page applications send instead. */
function isFile(response: Response, url: string): boolean {
  if (response.status === 404 || response.status === 410) return false;
  return !(response.ok && response.headers.get("content-type")?.startsWith("text/html") && !url.endsWith(".html"));
}

/** The URL without its query, which may hold a signature. */
function plain(url: string): string {
  return url.startsWith("data:") ? "a data: URL" : url.replace(/[?#].*$/, "");
}

/** The announced size, unless the response is compressed: then another number of bytes arrives. */
function size({ headers }: Response): { size?: number } {
  const bytes = Number(headers.get("content-length") ?? Number.NaN);
  return Number.isFinite(bytes) && !headers.has("content-encoding") ? { size: bytes } : {};
}

async function readBody(
  model: string,
  { url, path }: WebFile,
  response: Response,
  onBytes: (bytes: number) => void,
): Promise<Blob> {
  const reader = response.body!.getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return new Blob(parts);
      parts.push(value as Uint8Array<ArrayBuffer>);
      bytes += value.byteLength;
      onBytes(bytes);
    }
  } catch (cause) {
    if ((cause as Error).name === "AbortError") throw cause;
    throw new DownloadError(model, `${plain(url)} broke off after ${bytes} bytes. Try again.`, { file: path, cause });
  }
}

async function checkHash(model: string, { path, sha256 }: WebFile, blob: Blob): Promise<void> {
  // Pages without TLS have no `subtle`, and a hash would not protect them.
  const { subtle } = globalThis.crypto ?? {};
  if (sha256 === undefined || !subtle) return;
  const digest = new Uint8Array(await subtle.digest("SHA-256", await blob.arrayBuffer()));
  const found = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (found === sha256) return;
  throw new ModelIntegrityError(
    model,
    `its SHA-256 is ${found} instead of ${sha256}. The copy was discarded; try again.`,
    {
      file: path,
    },
  );
}

/** Cache Storage, if the page may use it: not without TLS, nor in some private windows. */
async function openCache(): Promise<Cache | undefined> {
  return globalThis.caches?.open(CACHE).catch(() => undefined);
}

/** A failure to store costs the next visit a download, and this one nothing. */
async function store(cache: Cache | undefined, url: string, blob: Blob): Promise<void> {
  await cache?.put(url, new Response(blob)).catch(() => {});
}
